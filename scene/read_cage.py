"""The cage of a face's mesh, read back out of the scene: a mesh that was subdivided once tells of which faces."""

from __future__ import annotations

import bpy
import numpy as np

from ..geometry.arrays import Floats, Ints
from ..geometry.cage import CHILDREN, Cage
from .mesh import BASE_UV_LAYER
from .read_mesh import corner_starts, corner_vertices, uv_points
from .record import FaceRecord


def cage_corners(mesh: bpy.types.Mesh, count: int) -> Ints | None:
    """The corners (G, 4) of a mesh that are its cage's, which has ``count`` vertices; None where it has none now."""
    starts, vertices = corner_starts(mesh), corner_vertices(mesh)
    if not count or len(mesh.polygons) % CHILDREN or (np.diff(starts) != CHILDREN).any():
        return None
    own, middle, beside = vertices[starts[:-1]], vertices[2::CHILDREN].reshape(-1, CHILDREN), vertices[1::CHILDREN]
    intact = own.max(initial=-1) < count <= min(middle.min(initial=count), beside.min(initial=count))
    if not intact or (middle != middle[:, :1]).any():
        return None
    return starts[:-1].reshape(-1, CHILDREN)


def read_cage(face: bpy.types.Object, record: FaceRecord, corner_points: Ints) -> Cage | None:
    """The cage of a face as a result has it, whose texture points at the corners are ``corner_points`` (C,)."""
    corners = cage_corners(face.data, record.cage_count)
    layer = face.data.uv_layers.get(BASE_UV_LAYER)
    if corners is None or layer is None:
        return None
    base_uv, base_points = _own_first(*uv_points(layer), corners)
    return Cage(
        faces=corner_vertices(face.data)[corners],
        faces_uv=corner_points[corners],
        base_vertices=record.base_vertices,
        base_uv=base_uv,
        base_faces_uv=base_points.reshape(-1, CHILDREN),
        base_cage_faces_uv=base_points[corners],
    )


def _own_first(uv: Floats, points: Ints, corners: Ints) -> tuple[Floats, Ints]:
    """Texture points (U, 2) and each corner's own (C,) in an order that begins with those of the cage's corners."""
    is_own = np.zeros(len(uv), bool)
    is_own[points[corners]] = True
    order = np.argsort(~is_own, kind="stable")
    places = np.empty(len(order), np.int32)
    places[order] = np.arange(len(order))
    return uv[order], places[points]
