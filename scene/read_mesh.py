"""What is in a face's mesh now, as arrays in model axes (docs/conventions.md)."""

from __future__ import annotations

import bpy
import numpy as np

from ..errors import LikenessError
from ..geometry.arrays import Floats, Ints
from .axes import from_blender
from .mesh import UV_LAYER


def neutral_vertices(face: bpy.types.Object) -> Floats:
    """Vertices (N, 3) of the Basis, or of a mesh without keys, metres."""
    keys = face.data.shape_keys
    return key_vertices(keys.reference_key) if keys else _vectors(face.data.vertices)


def key_vertices(key: bpy.types.ShapeKey) -> Floats:
    """Vertices (N, 3) of a shape key at 1, metres."""
    return _vectors(key.points)


def corner_vertices(mesh: bpy.types.Mesh) -> Ints:
    """The vertex of every face corner (C,)."""
    return _read(mesh.loops, "vertex_index", np.int32)


def corner_starts(mesh: bpy.types.Mesh) -> Ints:
    """Where the corners of every face start, and behind the last one where they end (F + 1,)."""
    return np.append(_read(mesh.polygons, "loop_start", np.int32), len(mesh.loops))


def corner_uv(mesh: bpy.types.Mesh) -> tuple[Floats, Ints]:
    """The texture points (U, 2) and each corner's own (C,); a mesh without UVs has one point."""
    layer = mesh.uv_layers.get(UV_LAYER) or mesh.uv_layers.active
    if layer is None:
        return np.zeros((1, 2), np.float32), np.zeros(len(mesh.loops), np.int32)
    return uv_points(layer)


def uv_points(layer: bpy.types.MeshUVLoopLayer) -> tuple[Floats, Ints]:
    """The texture points (U, 2) of one layout and each corner's own (C,)."""
    points, corners = np.unique(layer_uv(layer), axis=0, return_inverse=True)
    return points, corners.reshape(-1).astype(np.int32)


def layer_uv(layer: bpy.types.MeshUVLoopLayer) -> Floats:
    """The texture point of every face corner (C, 2) in one layout."""
    uv = np.empty(2 * len(layer.data), np.float32)
    layer.data.foreach_get("uv", uv)
    return uv.reshape(-1, 2)


def face_materials(mesh: bpy.types.Mesh) -> Ints:
    """Material index of every face (F,)."""
    return _read(mesh.polygons, "material_index", np.int32)


def joints(face: bpy.types.Object) -> tuple[tuple[str, ...], Ints, Floats]:
    """Names, parents (J,) and rest positions (J, 3) in metres of the rig's bones, parents first."""
    rig = face.find_armature()
    if rig is None:
        raise LikenessError(f"{face.name} has no rig any more; a result needs one.")
    bones = sorted(rig.data.bones, key=lambda bone: len(bone.parent_recursive))  # Blender has them branch by branch
    to_face = np.array(face.matrix_world.inverted() @ rig.matrix_world)
    heads = np.array([bone.head_local for bone in bones]) @ to_face[:3, :3].T + to_face[:3, 3]
    parents = [bones.index(bone.parent) if bone.parent else -1 for bone in bones]
    return tuple(bone.name for bone in bones), np.array(parents), from_blender(heads)


def skin_weights(face: bpy.types.Object, joint_names: tuple[str, ...]) -> Floats:
    """Weights (N, J) of the vertex groups named like joints."""
    columns = {group.index: joint_names.index(group.name) for group in face.vertex_groups if group.name in joint_names}
    weights = np.zeros((len(face.data.vertices), len(joint_names)), np.float32)
    for vertex in face.data.vertices:
        for entry in vertex.groups:
            if entry.group in columns:
                weights[vertex.index, columns[entry.group]] = entry.weight
    return weights


def _vectors(points: bpy.types.bpy_prop_collection) -> Floats:
    values = np.empty(3 * len(points), np.float32)
    points.foreach_get("co", values)
    return from_blender(values.reshape(-1, 3)).astype(np.float32)


def _read(collection: bpy.types.bpy_prop_collection, name: str, kind: type[np.generic]) -> Ints:
    values = np.empty(len(collection), kind)
    collection.foreach_get(name, values)
    return values
