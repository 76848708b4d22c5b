"""MediaPipe's models, and the only module that imports MediaPipe: another finder of faces would take its place here.

Pictures are (H, W, 3) sRGB of any size. Places are shares of the picture: x of its width, y of its height.

Face Mesh: Kartynnik et al., 2019; with attention: Grishchenko et al., 2020. BlazeFace: Bazarevsky et al., 2019. The
mask of the person is MediaPipe's selfie segmentation, a MobileNetV3 of 256 x 256 pixels.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np

from ...errors import LikenessError
from ...geometry.arrays import Floats32, Floats64, Pixels
from ...libraries import FACE_FINDER, PREDICTOR_VARIABLE

MAX_FACES = 16
FACE_SCORE, BOX_SCORE = 0.4, 0.3  # the mesh has a presence score of its own (0.5), so the boxes may be generous
ABSENT = "is not installed"
HELP = (
    "Finding faces needs MediaPipe 0.10.21, which {}: in Blender repair the engine in the preferences, elsewhere add it"
    " (Python 3.10 to 3.12 have it), or name the file of dlib's 68-point predictor in the environment variable "
    f"{PREDICTOR_VARIABLE}."
)


def available() -> bool:
    """Whether the models are there; loads MediaPipe, which takes seconds the first time."""
    try:
        _solutions()
    except LikenessError:
        return False
    return True


def face_meshes(pixels: Pixels) -> list[Floats64]:
    """Faces of a picture, each (478, 3): x, y and relative depth as a share of the width, smaller is nearer."""
    return _meshes(_mesh_graph(), pixels)


def mesh_by_default(pixels: Pixels) -> Floats64 | None:
    """The one face (478, 3) that the library finds as it comes, for comparison; None where it finds none."""
    return next(iter(_meshes(_default_mesh_graph(), pixels)), None)


def face_boxes(pixels: Pixels, score: float = BOX_SCORE) -> Floats64:
    """Boxes (K, 4) = left, top, width, height in which BlazeFace's full-range model suspects faces, also far ones.

    ``score`` in [BOX_SCORE, 1] is the least that they have.
    """
    graph = _box_graph()
    with _quiet_stderr():
        found = graph.process(pixels).detections or []
    boxes = [face.location_data.relative_bounding_box for face in found if face.score[0] >= score]
    return np.array([(b.xmin, b.ymin, b.width, b.height) for b in boxes], np.float64).reshape(-1, 4)


def person_mask(pixels: Pixels) -> Floats32:
    """(H, W) in [0, 1]: the pixel belongs to a person."""
    graph = _person_graph()
    with _quiet_stderr():
        mask = graph.process(np.ascontiguousarray(pixels)).segmentation_mask
    return np.clip(mask, 0, 1)


def mesh_edges() -> frozenset[tuple[int, int]]:
    """The edges between the 468 points of the face (no irises) that the library draws: they bound triangles."""
    return _solutions().face_mesh_connections.FACEMESH_TESSELATION


def _meshes(graph: Any, pixels: Pixels) -> list[Floats64]:
    with _quiet_stderr():
        found = graph.process(pixels).multi_face_landmarks or []
    return [np.array([(p.x, p.y, p.z) for p in face.landmark]) for face in found]


@lru_cache(maxsize=1)
def _mesh_graph() -> Any:
    """The graph, built once: a photo then costs milliseconds."""
    with _quiet_stderr():
        return _solutions().face_mesh.FaceMesh(
            static_image_mode=True, refine_landmarks=True, max_num_faces=MAX_FACES, min_detection_confidence=FACE_SCORE
        )


@lru_cache(maxsize=1)
def _default_mesh_graph() -> Any:
    with _quiet_stderr():
        return _solutions().face_mesh.FaceMesh(static_image_mode=True, refine_landmarks=True)


@lru_cache(maxsize=1)
def _box_graph() -> Any:
    with _quiet_stderr():
        return _solutions().face_detection.FaceDetection(model_selection=1, min_detection_confidence=BOX_SCORE)


@lru_cache(maxsize=1)
def _person_graph() -> Any:
    with _quiet_stderr():
        return _solutions().selfie_segmentation.SelfieSegmentation(model_selection=0)


def _solutions() -> Any:
    """Imported late: MediaPipe is heavy, and not everywhere. Later versions than 0.10.21 come without this part."""
    try:
        from mediapipe.python import solutions
    except ImportError as problem:
        absent = isinstance(problem, ModuleNotFoundError) and str(problem.name).startswith(FACE_FINDER.package)
        fault = ABSENT if absent else f"does not load ({problem})"
        raise LikenessError(HELP.format(fault)) from problem
    return solutions


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Point file descriptor 2 to nowhere: the C++ libraries log there, past Python's ``sys.stderr``."""
    saved, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
