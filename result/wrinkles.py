"""Wrinkles that come and go with expressions: which groups there are, which shape keys rule them, and where they lie.

A group's map W holds the folds of its expression at full strength, in metres along the smooth normal. The relief of
the photo holds its share of them already, so a face with the keys' values k has the relief

    displacement + sum over groups of (activation(k) - activation in the photo) * W

NumPy and the standard library only: Blender's own Python uses this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ..anatomy.arkit import ARKIT_NAMES, values_for
from ..anatomy.regions import RegionName

WRINKLE_IMAGES = ("wrinkles_1.exr", "wrinkles_2.exr", "wrinkles_3.exr")
CHANNELS = 3  # groups that an image holds


class GroupName:
    """The names of groups."""

    BROW_RAISE, FROWN, SQUINT = "brow_raise", "frown", "squint"
    NOSE, SMILE_LEFT, SMILE_RIGHT = RegionName.NOSE, "smile_left", "smile_right"
    PUCKER, CHIN = "pucker", RegionName.CHIN  # as the place where they show, as are those of the nose


# How much of a group's folds each of ARKit's expressions shows, by itself at 1. A blink shows none: it is far too
# frequent for the skin to answer.
GROUPS: Mapping[str, Mapping[str, float]] = MappingProxyType({
    GroupName.BROW_RAISE: {"browInnerUp": 0.5, "browOuterUpLeft": 0.3, "browOuterUpRight": 0.3},
    GroupName.FROWN: {"browDownLeft": 0.5, "browDownRight": 0.5},
    GroupName.SQUINT: {"eyeSquintLeft": 0.4, "eyeSquintRight": 0.4, "cheekSquintLeft": 0.2, "cheekSquintRight": 0.2},
    GroupName.NOSE: {"noseSneerLeft": 0.5, "noseSneerRight": 0.5},
    GroupName.SMILE_LEFT: {"mouthSmileLeft": 1.0, "mouthDimpleLeft": 0.3, "mouthStretchLeft": 0.3},
    GroupName.SMILE_RIGHT: {"mouthSmileRight": 1.0, "mouthDimpleRight": 0.3, "mouthStretchRight": 0.3},
    GroupName.PUCKER: {"mouthPucker": 1.0, "mouthFunnel": 0.5},
    GroupName.CHIN: {"mouthShrugLower": 0.8, "mouthFrownLeft": 0.25, "mouthFrownRight": 0.25},
})  # fmt: skip


@dataclass(frozen=True)
class WrinkleGroup:
    """Folds that come together."""

    name: str  # of `GroupName`
    image: str  # of `WRINKLE_IMAGES`
    channel: int  # of that image: 0, 1 or 2
    keys: Mapping[str, float]  # weight of each shape key
    photo: float  # activation in the photo, whose relief has that much of the folds

    def record(self) -> dict[str, Any]:
        """As ``face.json`` holds it."""
        return {
            "group": self.name,
            "image": self.image,
            "channel": self.channel,
            "keys": dict(self.keys),
            "photo": self.photo,
        }


def wrinkles_of(records: Iterable[Mapping[str, Any]]) -> tuple[WrinkleGroup, ...]:
    """Read back from what ``face.json`` holds."""
    return tuple(WrinkleGroup(r["group"], r["image"], r["channel"], r["keys"], r["photo"]) for r in records)


def activation(group: WrinkleGroup, values: Mapping[str, float]) -> float:
    """How much of a group's folds a face shows whose shape keys have these ``values``, 0 to 1."""
    return activation_by(group.keys, values)


def activation_by(keys: Mapping[str, float], values: Mapping[str, float]) -> float:
    """The same by the weights of shape ``keys``."""
    return min(max(sum(weight * values.get(key, 0.0) for key, weight in keys.items()), 0.0), 1.0)


def keys_of_group(name: str, shape_keys: Iterable[str]) -> dict[str, float]:
    """Weights of those of the ``shape_keys`` that show a group's folds, however they spell ARKit's names."""
    shape_keys = list(shape_keys)
    weights = {}
    for key in shape_keys:
        meant = values_for(ARKIT_NAMES, dict.fromkeys(shape_keys, 0.0) | {key: 1.0})
        weights[key] = sum(weight * meant.get(arkit, 0.0) for arkit, weight in GROUPS[name].items())
    return {key: weight for key, weight in weights.items() if weight}


def place_of_group(number: int) -> tuple[str, int]:
    """Image and channel of a face's group of this number, from 0. Raises ValueError beyond the last place."""
    if number >= CHANNELS * len(WRINKLE_IMAGES):
        raise ValueError("a result has room for nine groups of wrinkles")
    return WRINKLE_IMAGES[number // CHANNELS], number % CHANNELS
