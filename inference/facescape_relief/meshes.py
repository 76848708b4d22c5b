"""FaceScape's front of the face as files: the smooth mesh, and one fine enough to show a displacement map."""

from __future__ import annotations

import io

import numpy as np

from ...geometry.arrays import Floats, Ints
from ...geometry.edges import edges_of
from ...geometry.normals import triangle_normals
from .displacement_maps import NONE

SUBDIVISIONS = 3  # as the official code does: 0.8 million vertices


def subdivided(vertices: Floats, triangles: Ints, uv: Floats) -> tuple[Floats, Ints, Floats]:
    """Each triangle cut into four at the middles of its sides; vertices (V, 3) have one texture point (V, 2) each."""
    edges = edges_of(triangles)
    # Half-edges come triangle by triangle: the sides from the first, the second and the third corner.
    ab, bc, ca = (edges.of_half.reshape(-1, 3) + len(vertices)).T
    a, b, c = triangles.T
    cut = [[a, ab, ca], [ab, b, bc], [ca, bc, c], [ab, bc, ca]]
    return (
        np.concatenate([vertices, vertices[edges.ends].mean(axis=1)]),
        np.concatenate([np.stack(part, axis=1) for part in cut]),
        np.concatenate([uv, uv[edges.ends].mean(axis=1)]),
    )


def displaced(vertices: Floats, triangles: Ints, uv: Floats, values: np.ndarray, largest: float) -> Floats:
    """Vertices (V, 3) moved along their normals by what a map (S, S) says at their texture points (V, 2).

    ``largest`` is how far the ends of the map's range are, in the vertices' unit. The normals are means of the unit
    normals of the triangles round a vertex, and a vertex takes the texel that it lies in, as in the official code.
    """
    flat = triangle_normals(vertices[triangles])
    normals = np.zeros_like(vertices)
    for corner in triangles.T:
        np.add.at(normals, corner, flat)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    side = len(values)
    rows = np.clip(side - (uv[:, 1] * side).astype(int), 0, side - 1)
    columns = np.clip((uv[:, 0] * side).astype(int), 0, side - 1)
    height = (values[rows, columns].astype(np.float64) - NONE) / NONE * largest
    return vertices + normals * height[:, None]


def obj_file(vertices: Floats, triangles: Ints, uv: Floats, triangles_uv: Ints) -> bytes:
    """An OBJ file of vertices (V, 3) and texture points (U, 2)."""
    stream = io.BytesIO()
    np.savetxt(stream, vertices, fmt="v %.6f %.6f %.6f")
    np.savetxt(stream, uv, fmt="vt %.6f %.6f")
    corners = np.stack([triangles, triangles_uv], axis=2).reshape(-1, 6) + 1
    np.savetxt(stream, corners, fmt="f %d/%d %d/%d %d/%d")
    return stream.getvalue()
