"""The pieces of the built-in head's cage, beside its skin: finer than the parts, and nowhere in the model's file."""

from __future__ import annotations

from ...anatomy.parts import PartName


class PieceName:
    """Each piece has a cage of its own; eyes, tears and lashes are both sides' together."""

    EYES, TEARS, LASHES = "eyes", "tears", PartName.LASHES
    UPPER_TEETH, LOWER_TEETH = "upper_teeth", "lower_teeth"
    UPPER_GUMS, LOWER_GUMS = "upper_gums", "lower_gums"
    TONGUE = PartName.TONGUE
