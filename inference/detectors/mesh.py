"""MediaPipe behind two functions: the face mesh and the far-reaching face detector.

Face Mesh: Kartynnik et al., 2019; with attention: Grishchenko et al., 2020. BlazeFace: Bazarevsky et al., 2019.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np

from ...errors import LikenessError
from ...geometry.arrays import Floats64, Pixels
from .crop import Crop

MAX_FACES = 16
FACE_SCORE, BOX_SCORE = 0.4, 0.3  # the mesh has a presence score of its own (0.5), so the boxes may be generous


def find_meshes(pixels: Pixels, crop: Crop) -> list[Floats64]:
    """Faces seen in a window of a photo (H, W, 3) sRGB.

    Each (478, 3): x, y in photo pixels and relative depth in photo pixels, smaller is nearer. A mirrored window
    shows the mirror image: left and right are then the mirror's own.
    """
    with quiet_stderr():
        found = _mesh_graph().process(crop.take(pixels)).multi_face_landmarks or []
    meshes = [np.array([(p.x, p.y, p.z) for p in face.landmark]) for face in found]
    return [np.column_stack([crop.to_photo(m[:, :2] * crop.resolution), m[:, 2] * crop.side]) for m in meshes]


def find_boxes(pixels: Pixels, crop: Crop) -> Floats64:
    """Windows (K, 3) = centre x, y and side in photo pixels where BlazeFace's full-range model suspects a face."""
    with quiet_stderr():
        found = _box_graph().process(crop.take(pixels)).detections or []
    boxes = [detection.location_data.relative_bounding_box for detection in found]
    centres = np.array([(b.xmin + b.width / 2, b.ymin + b.height / 2) for b in boxes]).reshape(-1, 2)
    sides = np.array([max(b.width, b.height) for b in boxes])
    return np.column_stack([crop.to_photo(centres * crop.resolution), sides * crop.side])


@lru_cache(maxsize=1)
def _mesh_graph() -> Any:
    """The graph, built once: a photo then costs milliseconds."""
    return solutions().face_mesh.FaceMesh(
        static_image_mode=True, refine_landmarks=True, max_num_faces=MAX_FACES, min_detection_confidence=FACE_SCORE
    )


@lru_cache(maxsize=1)
def _box_graph() -> Any:
    return solutions().face_detection.FaceDetection(model_selection=1, min_detection_confidence=BOX_SCORE)


def solutions() -> Any:
    """Imported late: MediaPipe is heavy, and only the engine's process has it."""
    try:
        import mediapipe
    except ImportError as problem:
        raise LikenessError("Finding faces needs MediaPipe, which is not installed in the engine.") from problem
    return mediapipe.solutions  # type: ignore[attr-defined]


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
