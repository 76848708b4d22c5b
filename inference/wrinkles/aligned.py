"""The part of a relief that runs along the lines of a kind of fold."""

from __future__ import annotations

import cv2
import numpy as np

from ...geometry.arrays import Floats32, Floats64
from .course import Course

_MM = 1e-3
_ACROSS, _ALONG = 0.35 * _MM, 0.7 * _MM  # sides of the cells in which the lines are straightened
_REACH = 3 * _MM  # sigma along the lines: what is shorter is a pore, a hair or the picture's grain
_SLACK = 0.5  # sigma in cells across, which fills cells without a texel
_MOST_CELLS = 2000  # along a side


def along_lines(height: Floats32, course: Course) -> Floats64:
    """What of a relief (T, T) keeps its height along the lines: (N,) in a course's texels, fading with its place.

    The texels are laid out with the lines straight, and averaged along them there.
    """
    if not len(course.texels):
        return np.zeros(0)
    steps = np.stack([course.along / _ALONG, course.phase * course.layer.spacing / _ACROSS], axis=1)
    at = np.clip(steps - np.floor(steps.min(axis=0)), 0.0, _MOST_CELLS - 1.0)
    width, rows = (int(n) + 2 for n in at.max(axis=0))
    cell = np.rint(at[:, 1]).astype(np.int64) * width + np.rint(at[:, 0]).astype(np.int64)
    values = height.ravel()[course.texels]
    sums = [
        np.bincount(cell, weights, rows * width).reshape(rows, width)
        for weights in (course.place * values, course.place)
    ]
    total, weight = (cv2.GaussianBlur(s, (0, 0), sigmaX=_REACH / _ALONG, sigmaY=_SLACK) for s in sums)
    straight = (total / np.maximum(weight, 1e-6)).astype(np.float32)
    columns, lines = (np.ascontiguousarray(axis, np.float32) for axis in at.T)
    found = _looked_up(straight, columns, lines)
    return course.place * found


def _looked_up(image: Floats32, columns: Floats32, rows: Floats32) -> Floats64:
    """Values (N,) of an image at places (N,), linear between its cells."""
    # OpenCV takes maps of no more than 32767 rows.
    pieces = [
        cv2.remap(image, x[None], y[None], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0]
        for x, y in ((columns[k : k + 32_000], rows[k : k + 32_000]) for k in range(0, len(columns), 32_000))
    ]
    return np.concatenate(pieces).astype(np.float64)
