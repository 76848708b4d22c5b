"""What of a relief is believed: lines rather than grain, away from what is no skin, and what the picture bears out."""

from __future__ import annotations

import cv2
import numpy as np

from ...geometry.arrays import Floats32
from ...geometry.smoothstep import smoothstep
from ..filters import blur, disc

_LINE, _WINDOW = 0.0007, 0.004  # metres, sigmas: of the finest line, and of the window in which lines agree
_ALIKE = (0.45, 0.7)  # coherence between which folds are told from grain, stubble and blotches
_GRAIN = 0.2  # share that is left of what is no line
_BORDER = 0.002  # metres beside what is no skin over which relief ends: shading there is that of an edge
_TRUSTED = (0.0, 0.6)
_AGREEING = (0.0, 0.3)  # correlation with the picture's own brightness between which a network is believed


def away_from_borders(trust: Floats32, pixel: float) -> Floats32:
    """(H, W) 1 well inside of what is trusted, fading to 0 at its border; ``pixel`` in metres."""
    inner = cv2.erode(trust, disc(_BORDER / pixel))
    return smoothstep(*_TRUSTED, blur(np.asarray(inner, np.float32), 0.5 * _BORDER / pixel))


def line_share(height: Floats32, trust: Floats32, pixel: float) -> Floats32:
    """How much of a relief (H, W) that shading tells is to be kept: all where it forms lines, little where it is grain.

    A photo of skin is full of what darkens it without being deep: hairs, pores, grain, JPEG. Their slopes point
    everywhere, while those of a fold agree over some millimetres: the coherence of the structure tensor
    (J. Weickert: Anisotropic Diffusion in Image Processing, 1998).
    """
    smooth = blur(height, max(_LINE / pixel, 0.5))
    x, y = cv2.Sobel(smooth, -1, 1, 0, ksize=3), cv2.Sobel(smooth, -1, 0, 1, ksize=3)
    known = (trust > 0.0).astype(np.float32)
    xx, yy, xy = (blur(product * known, _WINDOW / pixel) for product in (x * x, y * y, x * y))
    coherence = np.hypot(xx - yy, 2.0 * xy) / np.maximum(xx + yy, 1e-12)
    return (_GRAIN + (1.0 - _GRAIN) * smoothstep(*_ALIKE, coherence)).astype(np.float32)


def agreement(told: Floats32, seen: Floats32, weight: Floats32, pixel: float) -> Floats32:
    """How far (H, W) in [0, 1] the brightness that a relief would cause, ``told``, is the picture's, ``seen``.

    By their correlation in a window; 0 where the picture has nothing of it, or the contrary.
    """
    sigma = _WINDOW / pixel
    both, one, other = (blur(a * b * weight, sigma) for a, b in ((told, seen), (told, told), (seen, seen)))
    return smoothstep(*_AGREEING, both / np.sqrt(np.maximum(one * other, 1e-16)))
