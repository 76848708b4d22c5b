"""The surface that Blender's viewport shows: shape keys, Catmull-Clark subdivision, displacement along the normal.

Follows the modifiers of `scene.displacement`; metres throughout.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import map_coordinates

from ..geometry.arrays import Floats, Ints
from ..geometry.faces import triangulate
from ..geometry.subdivision import half_edges, subdivide
from ..result.reconstruction import Mesh
from .scan import normals_of

LEVELS = 2  # `scene.displacement.VIEWPORT_LEVELS`, which cannot be imported without bpy


def posed_vertices(mesh: Mesh) -> Floats:
    """Vertices (N, 3) with the photo's expression, still in model space."""
    return mesh.vertices + np.tensordot(mesh.expression, mesh.shape_key_deltas, axes=1)


def displaced_surface(mesh: Mesh, displacement: Floats | None) -> tuple[Floats, Ints]:
    """Vertices (V, 3) and triangles (T, 3) of the photo's expression with its fine detail.

    ``displacement`` (H, W) is in metres along the smooth normal, row 0 at v = 1; None: the smooth surface alone.
    """
    vertices, uv = posed_vertices(mesh).astype(np.float64), mesh.uv.astype(np.float64)
    faces, faces_uv = mesh.faces, mesh.faces_uv
    for _ in range(LEVELS):
        step = subdivide(faces, len(vertices), 1)
        uv, faces_uv = _subdivide_uv(uv, faces_uv)
        vertices, faces = step.matrix @ vertices, step.faces
    triangles = triangulate(faces)
    if displacement is None:
        return vertices, triangles
    corner = np.zeros(len(vertices), dtype=np.int64)
    corner[faces] = faces_uv  # Blender, too, gives a vertex on a seam one of its texture points
    height = sample_bilinear(displacement, uv[corner])
    return vertices + height[:, None] * normals_of(vertices, triangles), triangles


def sample_bilinear(image: Floats, uv: Floats) -> Floats:
    """Values (N,) of an image (H, W) at texture points (N, 2), v up; the border texels continue outside."""
    height, width = image.shape
    rows, columns = (1.0 - uv[:, 1]) * height - 0.5, uv[:, 0] * width - 0.5
    return map_coordinates(image, [rows, columns], order=1, mode="nearest")


def _subdivide_uv(uv: Floats, faces: Ints) -> tuple[Floats, Ints]:
    """One level of texture points: smooth inside a chart, straight along its border (uv_smooth PRESERVE_BOUNDARIES)."""
    step = subdivide(faces, len(uv), 1)
    smooth = step.matrix @ uv
    _, start, end, _ = half_edges(faces)
    keys, users = np.unique(np.sort(np.stack([start, end], axis=1), axis=1), axis=0, return_counts=True)
    border = keys[users == 1]
    smooth[border] = uv[border]
    ends = step.edges.astype(np.int64)
    place = np.searchsorted(ends @ [len(uv), 1], border.astype(np.int64) @ [len(uv), 1])
    smooth[len(uv) + place] = uv[border].mean(axis=1)
    return smooth, step.faces
