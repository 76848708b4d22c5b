"""Where a detector's points lie on the built-in model."""

from __future__ import annotations

import numpy as np

from ...anatomy.landmarks import (
    DENSE_FACE_COUNT,
    INNER_LIP_LOOP,
    LEFT_EYE_LOOP,
    LEFT_IRIS,
    RIGHT_IRIS,
    dense_mirror,
    dense_to_ibug68,
)
from ...geometry.arrays import Floats, Ints
from ...geometry.closest import SearchableSurface
from ...geometry.faces import triangulate
from .base_mesh import FLIP
from .eyeballs import iris_points
from .head_mesh import HeadMesh
from .laying_landmarks import lip_line
from .piece_names import PieceName

# From the right to the left corner of the mouth, from the inner to the outer corner of the left eye.
INNER_LIPS = (INNER_LIP_LOOP[:11], (INNER_LIP_LOOP[0], *INNER_LIP_LOOP[:9:-1]))
LEFT_LIDS = (LEFT_EYE_LOOP[:9], (LEFT_EYE_LOOP[0], *LEFT_EYE_LOOP[:7:-1]))
FROM_THE_FRONT = np.array([1.0, 1.0, 0.0])


def dense_landmarks(head: HeadMesh, on_ict: Floats) -> tuple[Ints, Floats]:
    """Vertices (478, 3) and weights (478, 3) of the points measured on ICT's head (478, 3), its axes, metres."""
    points = on_ict[:DENSE_FACE_COUNT] - head.origin
    surface = SearchableSurface(head.skin, triangulate(head.regions.outer_faces))
    hits = surface.closest(points)
    vertices = np.zeros((len(on_ict), 3), dtype=np.int64)
    weights = np.tile([1.0, 0.0, 0.0], (len(on_ict), 1))
    on_skin, weights[:DENSE_FACE_COUNT] = surface.triangles[hits.triangles].astype(np.int64), hits.weights
    # What opens has two edges, which touch when it is closed: the nearest surface would be the other's, or the inside.
    for edge, ids in zip(lip_line(head.regions, head.skin), INNER_LIPS, strict=True):
        on_skin[list(ids)], weights[list(ids)] = _on_edge(edge, head.skin, points[list(ids)])
    mirror = dense_mirror()
    for edge, ids in zip(head.lids.rings[-1], LEFT_LIDS, strict=True):
        twins = mirror[list(ids)]
        middle = (points[list(ids)] + points[twins] * FLIP) / 2
        on_skin[list(ids)], weights[list(ids)] = _on_edge(edge, head.skin, middle)
        on_skin[twins], weights[twins] = head.base.fine_mirror[on_skin[list(ids)]], weights[list(ids)]
    vertices[:DENSE_FACE_COUNT] = head.skin_ids[on_skin]
    eyes = head.piece(PieceName.EYES)
    for side, ids in enumerate((LEFT_IRIS, RIGHT_IRIS)):
        vertices[list(ids)] = (eyes.first + iris_points(side))[:, None]
    return vertices.astype(np.int32), weights.astype(np.float32)


def _on_edge(edge: Ints, skin: Floats, points: Floats) -> tuple[Ints, Floats]:
    """Vertices (K, 3) and weights (K, 3) of an edge's (N,) places that are nearest to points (K, 3) from the front."""
    sides = np.stack([edge[:-1], edge[1:], edge[1:]], axis=1)
    hits = SearchableSurface(skin * FROM_THE_FRONT, sides).closest(points * FROM_THE_FRONT)
    return sides[hits.triangles], hits.weights


def landmarks68(head: HeadMesh, dense: Floats) -> Ints:
    """Vertex ids (68,): the outer skin's vertex nearest to the average that defines each iBUG landmark."""
    outer = np.flatnonzero(head.regions.outer)
    points = dense_to_ibug68(dense)
    nearest = [outer[np.linalg.norm(head.skin[outer] - p, axis=1).round(9).argmin()] for p in points]
    return head.skin_ids[nearest].astype(np.int32)
