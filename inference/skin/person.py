"""Person or background."""

from __future__ import annotations

import numpy as np

from ...geometry.arrays import Floats32, Pixels
from ..detectors import mediapipe_models


def person_mask(pixels: Pixels) -> Floats32:
    """(H, W) in [0, 1]: the pixel of a picture (H, W, 3) sRGB belongs to a person.

    1 everywhere without MediaPipe: every pixel may be one, and its colour and place decide.
    """
    if not mediapipe_models.available():
        return np.ones(pixels.shape[:2], np.float32)
    return mediapipe_models.person_mask(pixels)
