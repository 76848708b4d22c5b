"""What is compared: stored meshes of other systems, MediaPipe live, and Likeness."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..anatomy.landmarks import DENSE_FACE_COUNT, Dense, Ibug
from ..geometry.arrays import Floats, Ints
from ..geometry.faces import triangulate
from ..geometry.quads import orient, triangles_of_edges
from ..inference.detectors import mediapipe_models
from ..inference.images import read_photo
from ..result.reconstruction import DISPLACEMENT_IMAGE, Reconstruction
from .displaced import displaced_surface, opaque, posed_vertices
from .scan_error import Prediction

# The corners of the eyes, under the nose, the corners of the mouth; each from the subject's right.
LANDMARKS7_IBUG68, LANDMARKS7_DENSE = (
    (
        *(points.RIGHT_EYE_OUTER, points.RIGHT_EYE_INNER, points.LEFT_EYE_INNER, points.LEFT_EYE_OUTER),
        *(points.UNDER_NOSE, points.RIGHT_MOUTH_CORNER, points.LEFT_MOUTH_CORNER),
    )
    for points in (Ibug, Dense)
)
MM_PER_METRE = 1000.0
KINDS = ("neutral", "as shown")  # of our own predictions
# Systems whose unit says nothing about size: pixels, or a model whose size was fitted to the scan itself.
UNSIZED_PEERS = ("mediapipe", "oracle_bfm", "oracle_sfm")


def stored_peers(bench: Path) -> list[str]:
    """Names of the systems whose meshes are stored."""
    return sorted(folder.name for folder in (bench / "peers").iterdir() if folder.is_dir())


def stored_prediction(bench: Path, system: str, head: str, view: str) -> Prediction | None:
    """What a system made of a picture of a head, or None where it has not seen it. In mm but for `UNSIZED_PEERS`."""
    path = bench / "peers" / system / f"{head}__{view}.npz"
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as mesh:
        vertices, triangles, landmarks = mesh["v"].astype(float), mesh["f"].astype(np.int64), mesh["lmk7"].astype(float)
    return Prediction(vertices, triangles, landmarks, None if system in UNSIZED_PEERS else 1.0)


def mediapipe_prediction(path: Path) -> Prediction | None:
    """MediaPipe's 468 points (pixels) as a mesh, None where it finds no face: what the bare library gives."""
    pixels = read_photo(path).pixels
    mesh = mediapipe_models.mesh_by_default(pixels)
    if mesh is None:
        return None
    height, width = pixels.shape[:2]
    vertices = mesh[:DENSE_FACE_COUNT] * (width, -height, -width)
    triangles = np.array(orient(triangles_of_edges(mediapipe_models.mesh_edges()), vertices))
    return Prediction(vertices, triangles, vertices[list(LANDMARKS7_DENSE)], None)


def likeness_predictions(reconstruction: Reconstruction) -> dict[str, Prediction]:
    """Two faces of one reconstruction, in mm.

    ``neutral``: the neutral identity as it is modelled, which is what NoW scores. ``as shown``: with the photo's
    expression, subdivided and displaced like in Blender's viewport, which is what the picture's normals should match.
    """
    mesh = reconstruction.mesh
    shown, shown_triangles = displaced_surface(mesh, reconstruction.images.get(DISPLACEMENT_IMAGE))
    return {
        "neutral": _in_mm(
            mesh.vertices, triangulate(mesh.faces[opaque(mesh.parts, mesh)]), mesh.vertices, mesh.landmarks68
        ),
        "as shown": _in_mm(shown, shown_triangles, posed_vertices(mesh), mesh.landmarks68),
    }


def _in_mm(vertices: Floats, triangles: Ints, landmark_vertices: Floats, landmarks68: Ints) -> Prediction:
    seven = landmark_vertices[landmarks68[list(LANDMARKS7_IBUG68)]]
    return Prediction(vertices.astype(float) * MM_PER_METRE, triangles, seven.astype(float) * MM_PER_METRE, 1.0)
