"""MediaPipe Face Mesh (Kartynnik et al., 2019; with attention: Grishchenko et al., 2020) behind one function."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_FACES = 16


def find_meshes(pixels: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
    """Faces of a picture (H, W, 3) sRGB: (478, 3) each: x, y in pixels, relative depth in pixels, smaller nearer."""
    height, width = pixels.shape[:2]
    with quiet_stderr():
        found = _graph().process(np.ascontiguousarray(pixels)).multi_face_landmarks or []
    scale = np.array([width, height, width], dtype=np.float64)
    return [np.array([(p.x, p.y, p.z) for p in face.landmark], dtype=np.float64) * scale for face in found]


@lru_cache(maxsize=1)
def _graph() -> Any:
    """The graph, built once: a photo then costs milliseconds."""
    os.environ.setdefault("GLOG_minloglevel", "2")
    import mediapipe  # heavy, and only the engine's process has it

    return mediapipe.solutions.face_mesh.FaceMesh(  # type: ignore[attr-defined]
        static_image_mode=True, refine_landmarks=True, max_num_faces=MAX_FACES, min_detection_confidence=0.4
    )


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Point file descriptor 2 to nowhere: the C++ libraries log there, past Python's ``sys.stderr``."""
    saved, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
