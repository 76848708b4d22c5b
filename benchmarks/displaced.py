"""The surface that Blender's viewport shows: shape keys, Catmull-Clark subdivision, displacement along the normal.

Follows the modifiers of `scene.displacement`; metres throughout.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import map_coordinates

from ..anatomy.parts import see_through
from ..geometry.arrays import Bools, Floats, Ints
from ..geometry.edges import edges_of
from ..geometry.faces import triangulate
from ..geometry.normals import vertex_normals
from ..geometry.subdivision import subdivide
from ..result.reconstruction import Mesh

LEVELS = 2  # `scene.displacement.VIEWPORT_LEVELS`, which cannot be imported without bpy


def posed_vertices(mesh: Mesh) -> Floats:
    """Vertices (N, 3) with the photo's expression, still in model space."""
    return mesh.vertices + np.tensordot(mesh.expression, mesh.shape_key_deltas, axes=1)


def displaced_surface(mesh: Mesh, displacement: Floats | None) -> tuple[Floats, Ints]:
    """Vertices (V, 3) and opaque triangles (T, 3) of the photo's expression with its fine detail.

    ``displacement`` (H, W) is in metres along the smooth normal, row 0 at v = 1; None: the smooth surface alone.
    """
    vertices, uv = posed_vertices(mesh).astype(np.float64), mesh.uv.astype(np.float64)
    faces, faces_uv, parts = mesh.faces, mesh.faces_uv, mesh.parts
    for _ in range(LEVELS):
        step = subdivide(faces, len(vertices), 1)
        uv, faces_uv = _subdivide_uv(uv, faces_uv)
        vertices, faces, parts = step.matrix @ vertices, step.faces, parts[step.parents]
    triangles = triangulate(faces[opaque(parts, mesh)])
    if displacement is None:
        return vertices, triangles
    corner = np.zeros(len(vertices), dtype=np.int64)
    corner[faces] = faces_uv  # Blender, too, gives a vertex on a seam one of its texture points
    height = sample_bilinear(displacement, uv[corner])
    return vertices + height[:, None] * vertex_normals(vertices, triangulate(faces)), triangles


def opaque(parts: Ints, mesh: Mesh) -> Bools:
    """(F,) whether faces of these parts of a mesh are none that one looks through: no scan has lashes."""
    return ~np.isin(parts, see_through(mesh.part_names))


def sample_bilinear(image: Floats, uv: Floats) -> Floats:
    """Values (N,) of an image (H, W) at texture points (N, 2), v up; the border texels continue outside."""
    height, width = image.shape
    rows, columns = (1.0 - uv[:, 1]) * height - 0.5, uv[:, 0] * width - 0.5
    return map_coordinates(image, [rows, columns], order=1, mode="nearest")


def _subdivide_uv(uv: Floats, faces: Ints) -> tuple[Floats, Ints]:
    """One level of texture points: smooth inside a chart, straight along its border (uv_smooth PRESERVE_BOUNDARIES)."""
    step = subdivide(faces, len(uv), 1)
    smooth = step.matrix @ uv
    edges = edges_of(faces)
    border = edges.ends[edges.border]
    smooth[border] = uv[border]
    smooth[len(uv) + np.flatnonzero(edges.border)] = uv[border].mean(axis=1)
    return smooth, step.faces
