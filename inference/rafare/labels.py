"""What each pixel of a picture shows, in the order of CelebAMask-HQ's labels, and what RAFaRe makes of it."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from ...geometry.arrays import Pixels


class Label(IntEnum):
    """CelebAMask-HQ's classes. Left and right are the picture's."""

    BACKGROUND = 0
    SKIN = 1
    NOSE = 2
    GLASSES = 3
    LEFT_EYE = 4
    RIGHT_EYE = 5
    LEFT_BROW = 6
    RIGHT_BROW = 7
    LEFT_EAR = 8
    RIGHT_EAR = 9
    MOUTH = 10
    UPPER_LIP = 11
    LOWER_LIP = 12
    HAIR = 13
    HAT = 14
    EARRING = 15
    NECKLACE = 16
    NECK = 17
    CLOTH = 18


FACE = (
    Label.SKIN, Label.NOSE, Label.GLASSES, Label.LEFT_EYE, Label.RIGHT_EYE, Label.LEFT_BROW, Label.RIGHT_BROW,
    Label.MOUTH, Label.UPPER_LIP, Label.LOWER_LIP,
)  # fmt: skip
# RAFaRe's nine groups, by label: nose, lips, eyes, brows, skin, mouth, ears and neck, hair, the rest.
_GROUPS = np.array([8, 4, 0, 4, 2, 2, 3, 3, 6, 6, 5, 1, 1, 7, 7, 6, 6, 6, 8], np.float32)
_GROUP_STEP = 20.0 / 255.0


def is_face(labels: Pixels) -> np.ndarray:
    """(H, W) whether labels (H, W) are the face's; hair, ears and neck are not."""
    return np.isin(labels, FACE)


def network_input(photo: Pixels, labels: Pixels) -> np.ndarray:
    """The picture (4, S, S) that both networks see: BGR in [-1, 1] and the group of the label; 0 off the face.

    Args:
        photo: (S, S, 3) RGB.
        labels: (S, S), each a `Label`.
    """
    colours = (photo[..., ::-1].astype(np.float32) / 255.0 - 0.5) / 0.5
    groups = _GROUPS[labels] * _GROUP_STEP
    return np.concatenate([colours, groups[..., None]], axis=-1).transpose(2, 0, 1) * is_face(labels)
