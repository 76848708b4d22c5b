"""What DF2Net sees: a square of the photo with the face alone in it.

Its own code finds the square with OpenCV's Haar cascade and the mask with dlib's 68 points on a copy of 224 pixels.
"""

from __future__ import annotations

import cv2
import numpy as np

from ...anatomy.landmarks import Ibug
from ...geometry.arrays import Bools, Floats, Pixels
from ..detectors.crop import Crop
from ..networks.df2net import INPUT_SIDE

# The cascade's square, by the distance from the nose's root to the chin: its side, and how far its middle lies above
# that of the landmarks. Medians over 49 official portraits, whose sides differ by 8 %.
_BOX_SIDE, _BOX_RISE = 1.47, 0.25
_MARGIN, _SIDE = 0.2, 1.5  # of the cascade's square: what is added left and above, and the side of the whole
_SMALL = 224  # pixels of the copy in which the mask is shrunk
# Pixels of that copy by which points of the outline move: the left half of the jaw, its right half.
_SHRINK_LEFT, _SHRINK_RIGHT = 4.0, -8.0


def face_window(landmarks: Floats) -> Crop:
    """The square of a photo that the network sees, from iBUG's 68 points (68, 2)."""
    length = float(np.linalg.norm(landmarks[Ibug.CHIN] - landmarks[Ibug.NOSE_BRIDGE]))
    middle = 0.5 * (landmarks.min(axis=0) + landmarks.max(axis=0)) - [0.0, _BOX_RISE * length]
    box = _BOX_SIDE * length
    x, y = middle + (0.5 * _SIDE - _MARGIN - 0.5) * box
    return Crop((float(x), float(y)), _SIDE * box, resolution=INPUT_SIDE)


def outline(points: Floats) -> Floats:
    """The corners (21, 2) of the face: the jaw, and four points of the forehead an eye distance above the brows.

    ``points`` are iBUG's 68 in pixels of the crop.
    """
    jaw, right_brow, left_brow = points[Ibug.JAW], points[Ibug.RIGHT_BROW], points[Ibug.LEFT_BROW]
    rise = [0.0, np.linalg.norm(points[Ibug.RIGHT_EYE_INNER] - points[Ibug.LEFT_EYE_INNER])]
    beside_left, beside_right = [jaw[-1, 0], left_brow[2, 1]], [jaw[0, 0], right_brow[2, 1]]
    return np.concatenate([jaw, [beside_left, left_brow[-1] - rise, right_brow[0] - rise, beside_right]])


def shrunk(corners: Floats) -> Floats:
    """The `outline` a little smaller, by which depth is cut: its rim is seldom right."""
    step = INPUT_SIDE / _SMALL
    moved = corners.copy()
    jaw = Ibug.JAW.stop
    moved[: Ibug.CHIN, 0] += _SHRINK_LEFT * step
    moved[Ibug.CHIN + 1 : jaw, 0] += _SHRINK_RIGHT * step
    moved[jaw] += _SHRINK_RIGHT * step
    moved[jaw + 1 :] += _SHRINK_LEFT * step
    return moved


def filled(corners: Floats, side: int = INPUT_SIDE) -> Bools:
    """(side, side) whether a pixel lies inside the corners; drawn small and enlarged, as the official masks are."""
    small = np.zeros((_SMALL, _SMALL), np.uint8)
    points = np.clip(np.trunc(corners * _SMALL / side), 0, _SMALL - 1).astype(np.int32)
    cv2.fillPoly(small, [points], (1,))
    return cv2.resize(small, (side, side), interpolation=cv2.INTER_NEAREST).astype(bool)


def network_input(crop: Pixels, mask: Bools) -> Floats:
    """The crop (S, S, 3) as the network takes it: (3, S, S) in [-1, 1], -1 where the mask is not."""
    return (np.where(mask[..., None], crop, 0).astype(np.float32) / 255.0 * 2.0 - 1.0).transpose(2, 0, 1)
