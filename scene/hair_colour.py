"""The colour of a face's hair, which the materials of its skin keep as a property: an artist may change it."""

from __future__ import annotations

from typing import Any

import bpy

from ..anatomy.parts import PartKind, part_kind
from ..result.colouring import Colour

PROPERTY = "hair_colour"  # linear RGB
UNKNOWN: Colour = (0.06, 0.035, 0.02)  # brown, where the photo shows no hair


def keep_hair_colour(face: bpy.types.Object, part_names: tuple[str, ...], colour: Colour | None) -> None:
    """Write what the photo tells into the materials of the skin, which are in the order of the parts."""
    for part, material in zip(part_names, face.data.materials, strict=False):
        if colour is not None and part_kind(part) is PartKind.SKIN:
            material[PROPERTY] = colour
            limits: Any = material.id_properties_ui(PROPERTY)
            limits.update(description="Colour of the hair in the photo", subtype="COLOR", min=0.0, max=1.0)


def kept_hair_colour(face: bpy.types.Object) -> Colour | None:
    """The colour of the hair; None where the photo shows none."""
    kept = (material[PROPERTY] for material in face.data.materials if material is not None and PROPERTY in material)
    found = next(kept, None)
    return None if found is None else (float(found[0]), float(found[1]), float(found[2]))
