"""OpenCV's filters, with what they need said once."""

from __future__ import annotations

import cv2
import numpy as np

from ..geometry.arrays import Floats32, Image, Pixels


def blur(values: Image, sigma: float) -> Floats32:
    """Gaussian mean of values (H, W) or (H, W, C); ``sigma`` in pixels."""
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma), np.float32)


def disc(radius: float) -> Pixels:
    """A window for morphology: a disc of a radius in pixels, of 1 at least."""
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * max(1, round(radius)) + 1,) * 2), np.uint8)
