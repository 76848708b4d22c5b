"""The scalp of a face in the scene, from its neutral mesh."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from ...anatomy.parts import PartKind, part_kind
from ...errors import LikenessError
from ...result.scalp import depth_in_scalp, hair_density
from ..mesh import UV_LAYER
from ..read_mesh import corner_vertices, face_materials, layer_uv, neutral_vertices
from ..record import recall
from .guides import Scalp

ATTRIBUTE = "likeness_scalp"  # of the face's vertices: how densely hair grows there
FADE = 0.15  # of the distance from the bridge of the nose to the chin: over which hair becomes dense
LEAST_AREA = 0.02  # square metres; that of a head is three times as large


def scalp_of(face: bpy.types.Object) -> Scalp:
    """Where hair grows on a face; the mesh gets an attribute that says it.

    Raises:
        LikenessError: the face has no back of the head, or is not any more what was made of the photo.
    """
    record = recall(face)
    vertices = neutral_vertices(face).astype(np.float64)
    layer: Any = face.data.uv_layers.get(UV_LAYER)
    if len(vertices) != record.vertex_count or layer is None:
        raise LikenessError(f"{face.name} was edited: its vertices or its UV map are not those of the photo's face.")
    density = hair_density(depth_in_scalp(vertices, record.landmarks68), FADE)
    skin = [index for index, part in enumerate(record.part_names) if part_kind(part) is PartKind.SKIN]
    corners, polygons = _triangles(face.data)
    ids = corner_vertices(face.data)[corners]
    hairy = np.isin(face_materials(face.data)[polygons], skin) & (density[ids] > 0.0).any(axis=1)
    scalp = Scalp(vertices[ids[hairy]], layer_uv(layer)[corners[hairy]], density[ids[hairy]])
    if scalp.areas().sum() < LEAST_AREA:
        raise LikenessError(f"{face.name} has no scalp for hair to grow on: its model is a mask.")
    known: Any = face.data.attributes.get(ATTRIBUTE) or face.data.attributes.new(ATTRIBUTE, "FLOAT", "POINT")
    known.data.foreach_set("value", density.astype(np.float32))
    return scalp


def _triangles(mesh: bpy.types.Mesh) -> tuple[np.ndarray, np.ndarray]:
    """Corners (T, 3) of the mesh's triangles, and the polygon (T,) that each is of."""
    mesh.calc_loop_triangles()
    corners, polygons = np.empty(3 * len(mesh.loop_triangles), np.int32), np.empty(len(mesh.loop_triangles), np.int32)
    mesh.loop_triangles.foreach_get("loops", corners)
    mesh.loop_triangles.foreach_get("polygon_index", polygons)
    return corners.reshape(-1, 3), polygons
