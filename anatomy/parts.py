"""The parts of a head's mesh: what the models call them, and of which kind a part of any name is."""

from __future__ import annotations

from enum import Enum, auto


class PartName:
    """The names of parts that the models share."""

    SKIN = "skin"
    EYE_LEFT, EYE_RIGHT = "eye_left", "eye_right"
    MOUTH = "mouth"  # the bag behind the lips
    GUMS = "gums"
    TEETH = "teeth"
    TONGUE = "tongue"
    LINING = "mouth_lining"  # the bag that `result.mouth_lining` gives to a mesh that has no mouth
    EYES = (EYE_LEFT, EYE_RIGHT)
    INSIDES = (MOUTH, GUMS, TEETH, TONGUE)
    CLOSED_SKIN = (SKIN, MOUTH, EYE_LEFT, EYE_RIGHT)  # the skin with what fills its openings


class PartKind(Enum):
    """What a part is."""

    SKIN = auto()  # outer skin, and whatever is none of the following
    EYE = auto()
    MOUTH = auto()
    GUMS = auto()
    TEETH = auto()
    TONGUE = auto()

    @property
    def in_mouth(self) -> bool:
        """Whether it lies behind the lips."""
        return self not in (PartKind.SKIN, PartKind.EYE)


# What the name of a part holds that is no skin; the first that fits.
_WORDS = {
    "eye": PartKind.EYE,
    "teeth": PartKind.TEETH,
    "tooth": PartKind.TEETH,
    "gum": PartKind.GUMS,
    "tongue": PartKind.TONGUE,
    "mouth": PartKind.MOUTH,
}


def part_kind(name: str) -> PartKind:
    """The kind of a part by its name, in any spelling: ``eye_left``, ``Left Eye``, ``lower_teeth``."""
    lower = name.lower()
    return next((kind for word, kind in _WORDS.items() if word in lower), PartKind.SKIN)
