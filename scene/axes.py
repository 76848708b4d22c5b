"""Model and view axes (Y up) <-> Blender axes (Z up): (x, y, z) becomes (x, -z, y). Both right-handed, metres."""

from __future__ import annotations

import numpy as np

from ..geometry.arrays import Floats

# Columns are where the model's X, Y and Z axes point in Blender.
MODEL_TO_BLENDER = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
# OpenCV camera axes (y down, z forward) <-> view axes (y up, z towards the viewer); its own inverse.
CAMERA_TO_VIEW = np.diag([1.0, -1.0, -1.0])


def to_blender(points: Floats) -> Floats:
    """Points or directions (..., 3) in model or view axes -> Blender axes."""
    turned = points[..., [0, 2, 1]]
    np.negative(turned[..., 1], out=turned[..., 1])
    return turned


def from_blender(points: Floats) -> Floats:
    """Points or directions (..., 3) in Blender axes -> model or view axes."""
    return points @ MODEL_TO_BLENDER
