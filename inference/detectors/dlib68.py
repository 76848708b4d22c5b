"""dlib's 68-point shape predictor (Kazemi and Sullivan, 2014), for users who have its file.

The usual file, ``shape_predictor_68_face_landmarks.dat``, is not for commercial use and so never part of Likeness.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ...anatomy.landmarks import IBUG68
from ...errors import LikenessError
from ...geometry.arrays import Floats64, Pixels
from . import mediapipe_models
from .crop import Crop
from .repeated_detection import face_frame
from .search import find_faces, hog_boxes

SHIFTS = ((0.0, 0.0, 1.0), (0.04, 0.02, 1.05), (-0.04, -0.02, 0.95), (0.0, 0.04, 0.95), (0.0, -0.04, 1.05))
BOX = 0.9  # side of dlib's detector's box / side of the mesh's frame, the median of 13 photos; the centres agree
HOG_SCORE = 0.4  # of 32 photos' faces the least is 0.64 and one is missed; what is no face stays below 0.2
MARGIN, RESOLUTION = 1.8, 360  # window side / side of the frame; pixels


def find_68(pixels: Pixels, predictor_path: Path) -> list[tuple[Floats64, Floats64]]:
    """iBUG-68 points (68, 2) and their spread (68,) in pixels over shifted boxes, per face of a photo (H, W, 3).

    The faces are those of the mesh, each shown upright to the predictor, which knows no other. Without MediaPipe they
    are those of dlib's own detector, which misses tilted and turned ones.
    """
    predictor = _predictor(predictor_path)
    faces = []
    for frame in _frames(pixels):
        window = Crop(frame.centre, frame.side * MARGIN, frame.angle, RESOLUTION)
        picture = window.take(pixels)
        looks = window.to_photo(np.stack([_predict(predictor, picture, shift) for shift in SHIFTS]))
        faces.append((looks.mean(axis=0), np.sqrt(looks.var(axis=0, ddof=1).sum(axis=1) / 2)))
    return faces


def _frames(pixels: Pixels) -> list[Crop]:
    """Squares round the faces, each turned like its face."""
    if mediapipe_models.available():
        return [face_frame(mesh) for mesh, _ in find_faces(pixels, 2)]
    return [Crop((x, y), side / BOX) for x, y, side in hog_boxes(pixels, HOG_SCORE).tolist()]


def _predict(predictor: Any, picture: Pixels, shift: tuple[float, float, float]) -> Floats64:
    """Points (68, 2) in a window's pixels, for a box round its middle."""
    import dlib

    side = RESOLUTION / MARGIN * BOX
    x, y = (RESOLUTION / 2 + move * side for move in shift[:2])
    half = side * shift[2] / 2
    box = dlib.rectangle(round(x - half), round(y - half), round(x + half), round(y + half))  # type: ignore[attr-defined]
    return np.array([(p.x + 0.5, p.y + 0.5) for p in predictor(picture, box).parts()])


@lru_cache(maxsize=2)
def _predictor(path: Path) -> Any:
    if not path.is_file():
        raise LikenessError(f"There is no landmark predictor at '{path}': choose dlib's 68-point .dat file.")
    try:
        import dlib

        predictor = dlib.shape_predictor(os.fsencode(path))  # type: ignore[attr-defined]
    except ImportError as problem:
        raise LikenessError("The 68-point predictor needs dlib, which is not installed in the engine.") from problem
    except RuntimeError as problem:
        raise LikenessError(f"'{path}' is not a dlib shape predictor: choose dlib's 68-point .dat file.") from problem
    blank = np.zeros((64, 64, 3), np.uint8)
    count = predictor(blank, dlib.rectangle(8, 8, 56, 56)).num_parts  # type: ignore[attr-defined]
    if count != IBUG68.count:
        raise LikenessError(f"'{path}' predicts {count} points: choose dlib's 68-point .dat file.")
    return predictor
