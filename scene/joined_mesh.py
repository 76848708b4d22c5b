"""A mesh that was joined into a face (Ctrl J): it becomes an object again, and a face where its rig is still there."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import bmesh
import bpy
from mathutils import Matrix

from .belongings import leftovers, world_of
from .expressions.expression import remember_expression
from .mode import object_mode
from .record import own_size
from .state import state_of
from .textures.face_images import PROPERTIES

FORGOTTEN = ("photo", "other_photos", "record", "anatomy")  # they tell of the face that it was joined into


def joined_vertices(face: bpy.types.Object) -> int:
    """How many vertices of another mesh a face has, behind its own."""
    count, parts = _own_size(state_of(face).anatomy)
    more = len(face.data.vertices) - count
    # A mesh that was subdivided has more vertices as well.
    is_joined = more > 0 and (len(face.material_slots) > parts or more % count == 0)
    return more if count and is_joined else 0


_own_size = lru_cache(maxsize=8)(own_size)  # asked at every redraw


def separate_joined(face: bpy.types.Object) -> bpy.types.Object:
    """Make an object of the joined vertices; on the rig that a face has left behind, it is that face again.

    What was remembered of that face's photo is gone, and its sliders stand as those of the face it was joined into.
    """
    with object_mode():
        made = _separate(face, len(face.data.vertices) - joined_vertices(face))
        lost = leftovers(bpy.context.scene)
        rig = next((item for item in lost if item.type == "ARMATURE"), None)
        if rig is None:
            state_of(made).id = ""
        else:
            _bind(made, rig)
            _become_face(made, state_of(rig).owner, lost)
        bpy.context.view_layer.objects.active = face
    return made


def _separate(face: bpy.types.Object, count: int) -> bpy.types.Object:
    for item in bpy.context.selected_objects:
        item.select_set(item == face)
    face.select_set(True)
    bpy.context.view_layer.objects.active = face
    settings = bpy.context.scene.tool_settings
    before, settings.mesh_select_mode = tuple(settings.mesh_select_mode), (True, False, False)
    bpy.ops.object.mode_set(mode="EDIT")
    edited = bmesh.from_edit_mesh(face.data)
    for vertex in edited.verts:
        vertex.hide_set(False)
        vertex.select_set(vertex.index >= count)
    edited.select_flush_mode()
    bmesh.update_edit_mesh(face.data)
    bpy.ops.mesh.separate(type="SELECTED")
    bpy.ops.object.mode_set(mode="OBJECT")
    settings.mesh_select_mode = before
    made = next(item for item in bpy.context.selected_objects if item != face)
    for item in (made, face):
        bpy.context.view_layer.objects.active = item
        bpy.ops.object.material_slot_remove_unused()
    return made


def _bind(made: bpy.types.Object, rig: bpy.types.Object) -> None:
    """Hang the mesh, whose points stand in the other face's space, on its rig."""
    to_rig: Any = rig.matrix_world.inverted() @ made.matrix_world
    made.data.transform(to_rig, shape_keys=True)  # pyright: ignore[reportCallIssue]
    made.parent, made.matrix_parent_inverse, made.matrix_basis = rig, Matrix.Identity(4), Matrix.Identity(4)
    for modifier in made.modifiers:
        if modifier.type == "ARMATURE":
            modifier.object = rig


def _become_face(made: bpy.types.Object, identity: str, lost: list[bpy.types.Object]) -> None:
    memory: Any = state_of(made)
    memory.id = identity
    for name in FORGOTTEN:
        setattr(memory, name, "")
    for name in PROPERTIES.values():
        setattr(memory, name, None)
    own = {item.type: item for item in lost if state_of(item).owner == identity}
    memory.camera, memory.sun, memory.hair = (own.get(kind) for kind in ("CAMERA", "LIGHT", "CURVES"))
    memory.world = world_of(memory.sun) if memory.sun else None
    remember_expression(made)
