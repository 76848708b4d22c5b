"""Levels of detail: a face as its cage or once more subdivided, with every key, weight, material and layout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import bpy
import numpy as np

from ...errors import LikenessError
from ...geometry.arrays import Floats, Ints
from ...result.choices import COARSE, MEDIUM
from ..expressions.closed_lids import drive_lid_closers
from ..mode import object_mode
from ..read_cage import cage_corners
from ..read_mesh import corner_vertices, face_materials, layer_uv
from ..record import recall
from ..state import state_of
from .temporary import lent_names, temporary_blocks

PointsOf = Callable[[bpy.types.bpy_prop_collection], Floats]


def has_cage(face: bpy.types.Object) -> bool:
    """Whether a face can be had as its cage."""
    return bool(state_of(face).record) and _corners(face) is not None


@contextmanager
def at_level(face: bpy.types.Object, level: str) -> Iterator[bpy.types.Object]:
    """The face at a level of detail, as an object of its name that is gone afterwards; itself as it is.

    Raises:
        LikenessError: it has no cage.
    """
    if level == MEDIUM:
        yield face
        return
    with object_mode(), temporary_blocks():
        bpy.context.view_layer.update()  # so that a copy is where its face is now
        made = _coarse(face) if level == COARSE else _fine(face)
        with lent_names({made: face.name, made.data: face.data.name}):
            yield made


def _corners(face: bpy.types.Object) -> Ints | None:
    return cage_corners(face.data, recall(face).cage_count)


def _coarse(face: bpy.types.Object) -> bpy.types.Object:
    corners = _corners(face)
    if corners is None:
        raise LikenessError(f"{face.name} has no coarser mesh: its model has none, or its faces were changed.")
    source, count = face.data, recall(face).cage_count
    data = bpy.data.meshes.new(source.name)
    for material in source.materials:
        data.materials.append(material)
    data.vertices.add(count)
    data.loops.add(corners.size)
    data.polygons.add(len(corners))
    data.vertices.foreach_set("co", _points(source.vertices)[:count].ravel())
    data.loops.foreach_set("vertex_index", corner_vertices(source)[corners].ravel())
    data.polygons.foreach_set("loop_start", np.arange(0, corners.size, corners.shape[1], dtype=np.int32))
    data.polygons.foreach_set("material_index", face_materials(source)[:: corners.shape[1]].copy())
    data.polygons.foreach_set("use_smooth", np.ones(len(corners), dtype=bool))
    for layer in source.uv_layers:
        data.uv_layers.new(name=layer.name).data.foreach_set("uv", layer_uv(layer)[corners].ravel())
    data.update(calc_edges=True)
    made = _with_mesh(face, data)
    _copy_weights(face, made, count)
    _copy_keys(face, made, lambda points: _points(points)[:count])
    return made


def _fine(face: bpy.types.Object) -> bpy.types.Object:
    """Subdivided by Blender, once for the neutral face and once for each key."""
    divided = bpy.data.objects.new(face.name, face.data.copy())
    divided.shape_key_clear()
    bpy.context.scene.collection.objects.link(divided)
    modifier: Any = divided.modifiers.new("Subdivision", "SUBSURF")
    modifier.levels, modifier.use_limit_surface, modifier.uv_smooth = 1, False, "PRESERVE_BOUNDARIES"

    def divide(points: bpy.types.bpy_prop_collection) -> Floats:
        divided.data.vertices.foreach_set("co", _points(points).ravel())
        divided.data.update()
        depsgraph = bpy.context.evaluated_depsgraph_get()
        return _points(divided.evaluated_get(depsgraph).data.vertices)

    depsgraph = bpy.context.evaluated_depsgraph_get()
    data = bpy.data.meshes.new_from_object(
        divided.evaluated_get(depsgraph), preserve_all_data_layers=True, depsgraph=depsgraph
    )
    made = _with_mesh(face, data)
    _copy_keys(face, made, divide)
    return made


def _with_mesh(face: bpy.types.Object, data: bpy.types.Mesh) -> bpy.types.Object:
    """A copy of a face, rig and modifiers included, that has another mesh."""
    made = face.copy()
    made.data = data
    known = set(made.vertex_groups.keys())
    for group in face.vertex_groups:
        if group.name not in known:
            made.vertex_groups.new(name=group.name)
    return made


def _copy_weights(face: bpy.types.Object, made: bpy.types.Object, count: int) -> None:
    for vertex in face.data.vertices[:count]:
        for entry in vertex.groups:
            made.vertex_groups[entry.group].add((vertex.index,), entry.weight, "REPLACE")


def _copy_keys(face: bpy.types.Object, made: bpy.types.Object, points_of: PointsOf) -> None:
    """Give the copy the keys of a face, each with what ``points_of`` makes of its points."""
    source = face.data.shape_keys
    if source is None:
        return
    for key in source.key_blocks:
        copy = made.shape_key_add(name=key.name, from_mix=False)
        copy.points.foreach_set("co", points_of(key.points).ravel())
        copy.slider_max, copy.slider_min = key.slider_max, key.slider_min
        copy.value, copy.mute = key.value, key.mute
    for key in source.key_blocks[1:]:
        made.data.shape_keys.key_blocks[key.name].relative_key = made.data.shape_keys.key_blocks[key.relative_key.name]
    _copy_animation(source, made.data.shape_keys)
    drive_lid_closers(made)


def _copy_animation(source: bpy.types.Key, copy: bpy.types.Key) -> None:
    """Let the copied keys move as the face's own do."""
    animation = source.animation_data
    if animation is None or animation.action is None:
        return
    copied = copy.animation_data_create()
    copied.action = animation.action
    if hasattr(animation, "action_slot"):  # since Blender 4.4
        copied.action_slot = animation.action_slot


def _points(points: bpy.types.bpy_prop_collection) -> Floats:
    values = np.empty(3 * len(points), np.float32)
    points.foreach_get("co", values)
    return values.reshape(-1, 3)
