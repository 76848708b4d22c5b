"""Displacement maps as FaceScape has them: 16 bits, the middle being no displacement, over its whole texture."""

from __future__ import annotations

import cv2
import numpy as np

from ...geometry.arrays import Floats32
from .window import LEFT, SIDE, TEXTURE_SIDE, TOP

NONE = 32768  # no displacement
LARGEST_M = 0.000914  # metres at either end of the range


def sixteen_bits(answer: Floats32, side: int = SIDE) -> np.ndarray:
    """What a network says (H, W) in [-1, 1] as the window (side, side) of a map: resized first, then cut off."""
    resized = cv2.resize(answer, (side, side), interpolation=cv2.INTER_LINEAR)
    return np.clip((resized + 1) / 2.0 * 65535.0, 0, 65535).astype(np.uint16)


def metres(values: np.ndarray) -> Floats32:
    """Heights over the smooth surface of a map's numbers."""
    return ((values.astype(np.float32) - NONE) * np.float32(LARGEST_M / NONE)).astype(np.float32)


def whole_map(window: np.ndarray) -> np.ndarray:
    """The map (4096, 4096) whose window (1900, 1900) is given, without displacement elsewhere."""
    whole = np.full((TEXTURE_SIDE, TEXTURE_SIDE), NONE, np.uint16)
    whole[TOP : TOP + SIDE, LEFT : LEFT + SIDE] = window
    return whole
