"""dlib's 68-point shape predictor (Kazemi and Sullivan, 2014), for users who have its file.

The usual file, ``shape_predictor_68_face_landmarks.dat``, is not for commercial use and so never part of Likeness.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import LikenessError
from .passes import frame_of
from .search import find_faces, hog_windows

POINTS = 68
SHIFTS = ((0.0, 0.0, 1.0), (0.04, 0.02, 1.05), (-0.04, -0.02, 0.95), (0.0, 0.04, 0.95), (0.0, -0.04, 1.05))

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]


def find_68(pixels: Pixels, predictor_path: Path) -> list[tuple[Floats, Floats]]:
    """iBUG-68 points (68, 2) and their spread (68,) in pixels over shifted boxes, per face of a photo (H, W, 3)."""
    predictor = _predictor(predictor_path)
    windows = hog_windows(pixels, margin=1.0) or [frame_of(mesh) for mesh, _ in find_faces(pixels, 2)]
    faces = []
    for window in windows:
        looks = np.stack([_predict(predictor, pixels, window.centre, window.side, shift) for shift in SHIFTS])
        spread = np.sqrt(looks.var(axis=0, ddof=1).sum(axis=1) / 2)
        faces.append((looks.mean(axis=0), spread))
    return faces


def _predict(predictor: Any, pixels: Pixels, centre: tuple[float, float], side: float, shift: tuple) -> Floats:
    import dlib

    across, down, zoom = shift
    x, y, half = centre[0] + across * side, centre[1] + down * side, side * zoom / 2
    box = dlib.rectangle(round(x - half), round(y - half), round(x + half), round(y + half))  # type: ignore[attr-defined]
    shape = predictor(np.ascontiguousarray(pixels), box)
    return np.array([(p.x + 0.5, p.y + 0.5) for p in shape.parts()])


@lru_cache(maxsize=2)
def _predictor(path: Path) -> Any:
    if not path.is_file():
        raise LikenessError(f"There is no landmark predictor at '{path}': choose dlib's 68-point .dat file.")
    try:
        import dlib

        predictor = dlib.shape_predictor(str(path))  # type: ignore[attr-defined]
    except ImportError as problem:
        raise LikenessError("The 68-point predictor needs dlib, which is not installed in the engine.") from problem
    except RuntimeError as problem:
        raise LikenessError(f"'{path}' is not a dlib shape predictor: choose dlib's 68-point .dat file.") from problem
    blank = np.zeros((64, 64, 3), np.uint8)
    count = predictor(blank, dlib.rectangle(8, 8, 56, 56)).num_parts  # type: ignore[attr-defined]
    if count != POINTS:
        raise LikenessError(f"'{path}' predicts {count} points: choose dlib's 68-point .dat file.")
    return predictor
