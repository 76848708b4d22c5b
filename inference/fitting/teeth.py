"""What the photo says of the jaw: teeth that fill the gap between the lips are shut.

Landmarks cannot tell a smile from a mouth that opens: both part the lips. Between them teeth are bright and hardly
coloured, the mouth's inside is dark or red; and a jaw opens no wider than what is seen below the teeth.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ...anatomy.arkit import JAW_OPEN, canonical_name
from ...anatomy.landmarks import Ibug
from ...geometry.arrays import Bools, Floats, Image, Pixels
from ...geometry.colour import srgb_to_linear
from ..detectors.crop import Crop
from ..detectors.landmarks import FaceLandmarks

_SIDE, _WINDOW = 112, 1.4  # pixels of the window, and its side in widths of the mouth
_MIDDLE = 0.25  # widths of the mouth to either side of its middle where teeth are looked at
_BRIGHT = 0.4  # of the brightest between the lips: teeth are above it
_COLOURED = 0.8  # of the lips' saturation: teeth are below it
_BRIGHTER, _PALE = 1.2, 0.05  # of the lips' brightness, above which they may have so much more saturation
_FEWEST = 3  # pixels of the window between the lips, below which a mouth counts as shut
_SLACK, _OPEN = 0.07, 0.16  # widths of the mouth without teeth: lips and gums that landmarks miss; an open mouth
# What shut teeth change in the spread of expressions, as a share: lips part by themselves, and are not rounded.
_CHANGES = {
    JAW_OPEN: -0.88,
    **dict.fromkeys(("mouthUpperUpLeft", "mouthUpperUpRight", "mouthLowerDownLeft", "mouthLowerDownRight"), 1.0),
    **dict.fromkeys(("mouthFunnel", "mouthPucker"), -0.7),
}


def freedom(names: Sequence[str], shut: float) -> list[float]:
    """Shares of their usual spread that expressions of these names have over teeth that are ``shut`` (0 to 1)."""
    known = {canonical_name(name): change for name, change in _CHANGES.items()}
    return [1.0 + shut * known.get(canonical_name(name), 0.0) for name in names]


def teeth_shut(pixels: Pixels, landmarks: FaceLandmarks) -> float:
    """How surely a photo (H, W, 3) shows teeth that are shut, in [0, 1]; 0 where it shows none."""
    points = landmarks.ibug68()
    right, left = points[[Ibug.RIGHT_MOUTH_CORNER, Ibug.LEFT_MOUTH_CORNER]]
    middle = points[Ibug.INNER_LIPS].mean(axis=0)
    width, angle = float(np.linalg.norm(left - right)), float(np.arctan2(*(left - right)[::-1]))
    window = Crop((middle[0], middle[1]), _WINDOW * max(width, 1.0), angle, _SIDE)
    inside, lips = (_fill(window.from_photo(points[which])) for which in (Ibug.INNER_LIPS, Ibug.OUTER_LIPS))
    columns = np.abs(np.arange(_SIDE) + 0.5 - _SIDE / 2) < _MIDDLE * _SIDE / _WINDOW
    if np.median(inside[:, columns].sum(axis=0)) < _FEWEST:
        return 0.0
    colours = cv2.GaussianBlur(srgb_to_linear(window.take(pixels)), (0, 0), 0.7)
    hollow = (inside & ~_teeth(colours, inside, lips & ~inside))[:, columns]
    height = float(np.median(hollow.sum(axis=0))) * _WINDOW / _SIDE
    return float(np.clip((_OPEN - height) / (_OPEN - _SLACK), 0.0, 1.0))


def _teeth(colours: Image, inside: Bools, lips: Bools) -> Bools:
    """(S, S) what is bright between the lips and less coloured than they are, or much brighter."""
    bright = colours.mean(axis=-1)
    saturation = np.ptp(colours, axis=-1) / np.maximum(colours.max(axis=-1), 1e-3)
    level, coloured = (float(np.median(values[lips])) if lips.any() else 0.0 for values in (bright, saturation))
    pale = saturation < _COLOURED * coloured
    pale |= (bright > _BRIGHTER * level) & (saturation < _COLOURED * coloured + _PALE)
    return inside & pale & (bright > _BRIGHT * np.percentile(bright[inside], 90))


def _fill(outline: Floats) -> Bools:
    mask = np.zeros((_SIDE, _SIDE), np.uint8)
    cv2.fillPoly(mask, [np.round(outline * 16 - 8).astype(np.int32)], (1,), cv2.LINE_8, 4)
    return mask > 0
