"""Colours as FaceScape's networks know them: those of its own photos on the average, between -1 and 1."""

from __future__ import annotations

import cv2
import numpy as np

from ...geometry.arrays import Bools, Floats32, Pixels

# Mean and spread of 8-bit L, a and b of the textures that the networks were trained on.
_MEANS = np.array([145.32921, 143.36488, 147.16614], np.float32)
_SPREADS = np.array([22.719374, 2.6790402, 2.9267197], np.float32)


def transferred(pixels: Pixels) -> Pixels:
    """sRGB pixels (N, 1, 3) with the mean and the spread of FaceScape's in each channel of Lab."""
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB).astype(np.float32)
    means, spreads = lab.mean(axis=(0, 1)), np.maximum(lab.std(axis=(0, 1)), 1e-6)
    moved = np.clip((lab - means) * (_SPREADS / spreads) + _MEANS, 0, 255)
    return np.asarray(cv2.cvtColor(moved.astype(np.uint8), cv2.COLOR_LAB2RGB), np.uint8)


def network_input(texture: Pixels, mask: Bools) -> Floats32:
    """A texture (S, S, 3) as the networks take it (3, S, S): the colours of what is ``mask`` are brought to theirs."""
    normal = texture.copy()
    normal[mask] = transferred(texture[mask][:, None])[:, 0]
    return (normal.astype(np.float32).transpose(2, 0, 1) / 255.0 - 0.5) / 0.5
