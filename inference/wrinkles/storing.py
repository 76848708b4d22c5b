"""From maps of groups, whoever made them, to what a result keeps of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...geometry.arrays import Floats, Image
from ...result.wrinkles import CHANNELS, WrinkleGroup, place_of_group

HIGHEST = 0.0007  # metres that no fold exceeds, valley or ridge


@dataclass(frozen=True)
class GroupFolds:
    """The folds of one group on one face."""

    name: str  # of `likeness.result.wrinkles.GroupName`
    keys: Mapping[str, float]  # weight of each shape key in the activation
    photo: float  # activation in the photo, 0 to 1
    heights: Floats  # (T, T) metres along the smooth normal at full activation


def stored_wrinkles(folds: Sequence[GroupFolds]) -> tuple[tuple[WrinkleGroup, ...], dict[str, Image]]:
    """What a `Reconstruction` has as ``wrinkles``, and its images of them by file name, (T, T, 3) float32.

    Heights are softly kept within `HIGHEST`. Raises ValueError for more groups than the files have room for.
    """
    groups: list[WrinkleGroup] = []
    images: dict[str, Image] = {}
    for number, each in enumerate(folds):
        image, channel = place_of_group(number)
        groups.append(WrinkleGroup(each.name, image, channel, dict(each.keys), each.photo))
        layers = images.setdefault(image, np.zeros((*each.heights.shape, CHANNELS), np.float32))
        layers[..., channel] = within_skin(each.heights, HIGHEST)
    return tuple(groups), images


def within_skin(heights: Floats, highest: float) -> Floats:
    """Heights softly kept within ``highest`` metres: those of half of it stay as they are."""
    return heights / (1.0 + (heights / highest) ** 4) ** 0.25
