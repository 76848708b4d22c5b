"""The face's mesh: vertices, quads and triangles, UVs and material slots, filled in bulk."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from ..geometry.cage import Cage
from ..result.reconstruction import Mesh
from .axes import to_blender

NO_CORNER = -1
UV_LAYER = "UVMap"
BASE_UV_LAYER = "mpfb"  # the layout of MPFB2's human, for its skins; of models that are made of its head
# Attribute of the mesh: each vertex's id in MPFB2's base mesh, `NO_BASE_VERTEX` for those it does not have. Absent from
# a face without a cage.
BASE_VERTEX = "likeness_base_vertex"
NO_BASE_VERTEX = -1


def create_mesh(mesh: Mesh, name: str) -> bpy.types.Mesh:
    """Data block of the neutral face in metres, Blender axes; material indices are the mesh's parts."""
    data = bpy.data.meshes.new(name)
    used = mesh.faces != NO_CORNER
    corners = mesh.faces[used]
    starts = np.concatenate([[0], np.cumsum(used.sum(axis=1))[:-1]])
    data.vertices.add(len(mesh.vertices))
    data.loops.add(len(corners))
    data.polygons.add(len(mesh.faces))
    data.vertices.foreach_set("co", _flat(to_blender(mesh.vertices)))
    data.loops.foreach_set("vertex_index", corners.astype(np.int32))
    data.polygons.foreach_set("loop_start", starts.astype(np.int32))
    data.polygons.foreach_set("material_index", mesh.parts.astype(np.int32))
    data.polygons.foreach_set("use_smooth", np.ones(len(mesh.faces), dtype=bool))
    layers = {UV_LAYER: mesh.uv[mesh.faces_uv[used]]}
    if mesh.cage is not None:
        layers[BASE_UV_LAYER] = mesh.cage.base_uv[mesh.cage.base_faces_uv[used]]
    for layer, points in layers.items():  # the first stays the active one, and the one that is rendered
        data.uv_layers.new(name=layer).data.foreach_set("uv", _flat(points))
    data.update(calc_edges=True)
    data.validate()
    if mesh.cage is not None:
        _name_base_vertices(data, mesh.cage)
    return data


def _name_base_vertices(data: bpy.types.Mesh, cage: Cage) -> None:
    ids = np.full(len(data.vertices), NO_BASE_VERTEX, np.int32)
    ids[: len(cage.base_vertices)] = cage.base_vertices
    attribute: Any = data.attributes.new(BASE_VERTEX, "INT", "POINT")
    attribute.data.foreach_set("value", ids)


def _flat(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values, dtype=np.float32).ravel()
