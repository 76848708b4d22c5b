"""Normals of triangles, counter-clockwise from outside. `inference.rendering.normals` has them with gradients."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, Ints

SHORTEST = 1e-30  # a shorter vector has no direction


def area_normals(corners: Floats) -> Floats:
    """Vectors (T, 3) along the normals of triangles with corners (T, 3, 3), each as long as twice its area."""
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


def triangle_normals(corners: Floats) -> Floats:
    """Unit normals (T, 3) of triangles with corners (T, 3, 3); zero for one without area."""
    return unit(area_normals(corners))


def vertex_normals(vertices: Floats, triangles: Ints) -> Floats:
    """Unit normals (V, 3) float64: the area-weighted mean of the triangles (T, 3) round a vertex; zero for a lone one.

    Sums by `np.bincount`, in the order of the corners: exactly what a loop over corners and triangles finds.
    """
    across = np.tile(area_normals(np.asarray(vertices, dtype=np.float64)[triangles]), (3, 1))
    corners, total = triangles.T.ravel(), np.empty((len(vertices), 3))
    for axis in range(3):
        total[:, axis] = np.bincount(corners, across[:, axis], len(vertices))
    return unit(total)


def unit(vectors: Floats) -> Floats:
    """Vectors (N, 3) at length 1; zero stays zero."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), SHORTEST)
