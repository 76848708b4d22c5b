"""The parts of a head's mesh: what the models call them, and of which kind a part of any name is."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto


class PartName:
    """The names of parts that the models share."""

    SKIN = "skin"
    EYE_LEFT, EYE_RIGHT = "eye_left", "eye_right"  # the ball; where iris and pupil are parts of their own, without them
    IRIS_LEFT, IRIS_RIGHT = "iris_left", "iris_right"
    PUPIL_LEFT, PUPIL_RIGHT = "pupil_left", "pupil_right"
    TEAR_LINE = "tear_line"  # the wet rims of the lower lids, both
    LASHES = "lashes"  # strips with a cut-out texture of their own, all four
    MOUTH = "mouth"  # the bag behind the lips
    GUMS = "gums"
    TEETH = "teeth"
    TONGUE = "tongue"
    LINING = "mouth_lining"  # the bag that `result.mouth_lining` gives to a mesh that has no mouth
    EYES = (EYE_LEFT, EYE_RIGHT)
    LEFT_EYE, RIGHT_EYE = (EYE_LEFT, IRIS_LEFT, PUPIL_LEFT), (EYE_RIGHT, IRIS_RIGHT, PUPIL_RIGHT)
    EYEBALLS = (LEFT_EYE, RIGHT_EYE)  # all that an eyeball is made of; a model may have the first of each alone
    INSIDES = (MOUTH, GUMS, TEETH, TONGUE)
    CLOSED_SKIN = (SKIN, MOUTH, *LEFT_EYE, *RIGHT_EYE)  # the skin with what fills its openings


class PartKind(Enum):
    """What a part is."""

    SKIN = auto()  # outer skin, and whatever is none of the following
    EYE = auto()
    MOUTH = auto()
    GUMS = auto()
    TEETH = auto()
    TONGUE = auto()
    IRIS = auto()
    PUPIL = auto()
    TEAR_LINE = auto()
    LASHES = auto()

    @property
    def of_eyeball(self) -> bool:
        """Whether it is a piece of an eyeball."""
        return self in (PartKind.EYE, PartKind.IRIS, PartKind.PUPIL)

    @property
    def see_through(self) -> bool:
        """Whether one looks through it: no photo is projected onto it, and it hides nothing."""
        return self in (PartKind.TEAR_LINE, PartKind.LASHES)

    @property
    def in_mouth(self) -> bool:
        """Whether it lies behind the lips."""
        return self in (PartKind.MOUTH, PartKind.GUMS, PartKind.TEETH, PartKind.TONGUE)


# What the name of a part holds that is no skin; the first that fits.
_WORDS = {
    "lash": PartKind.LASHES,
    "tear": PartKind.TEAR_LINE,
    "iris": PartKind.IRIS,
    "pupil": PartKind.PUPIL,
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


def see_through(names: Sequence[str]) -> list[int]:
    """Which of the parts of these names one looks through."""
    return [part for part, name in enumerate(names) if part_kind(name).see_through]


def eyeballs(names: Sequence[str]) -> list[list[int]]:
    """Which of the parts of these names make an eyeball, for each that there is, in any spelling."""
    sides: dict[bool, list[int]] = {}
    for part, name in enumerate(names):
        if part_kind(name).of_eyeball:
            sides.setdefault("left" in name.lower(), []).append(part)
    return list(sides.values())
