"""Faces in a window of a photo, in the photo's pixels: the dense mesh and the far-reaching boxes."""

from __future__ import annotations

import numpy as np

from ...geometry.arrays import Floats64, Pixels
from . import mediapipe_models
from .crop import Crop


def find_meshes(pixels: Pixels, crop: Crop) -> list[Floats64]:
    """Faces seen in a window of a photo (H, W, 3) sRGB.

    Each (478, 3): x, y in photo pixels and relative depth in photo pixels, smaller is nearer. A mirrored window
    shows the mirror image: left and right are then the mirror's own.
    """
    meshes = mediapipe_models.face_meshes(crop.take(pixels))
    return [np.column_stack([crop.to_photo(m[:, :2] * crop.resolution), m[:, 2] * crop.side]) for m in meshes]


def find_boxes(pixels: Pixels, crop: Crop, score: float = mediapipe_models.BOX_SCORE) -> Floats64:
    """Windows (K, 3) = centre x, y and side in photo pixels where a face is suspected, also a far one."""
    boxes = mediapipe_models.face_boxes(crop.take(pixels), score)
    centres = boxes[:, :2] + boxes[:, 2:] / 2
    return np.column_stack([crop.to_photo(centres * crop.resolution), boxes[:, 2:].max(axis=1) * crop.side])
