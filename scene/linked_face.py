"""A face of another file: a library override of it that can be posed and animated here.

Blender's own overrides leave the mesh of a character linked, and with it the shape keys, whose sliders stay locked.
"""

from __future__ import annotations

import bpy

from ..errors import LikenessError
from .state import is_face, state_of


def linked_face(context: bpy.types.Context) -> bpy.types.Object | None:
    """The face of another file that is the active object or in its collection instance, and cannot be animated yet."""
    active = context.view_layer.objects.active if context.view_layer else None
    if active is None:
        return None
    group = active.instance_collection if active.instance_type == "COLLECTION" else None
    items = [active] if group is None else list(group.all_objects)
    return next((item for item in items if is_face(item) and _is_locked(item)), None)


def _is_locked(face: bpy.types.Object) -> bool:
    keys = face.data.shape_keys
    return face.library is not None or (face.override_library is not None and keys is not None and not _is_free(face))


def _is_free(face: bpy.types.Object) -> bool:
    blocks = (face, face.data, face.data.shape_keys)
    return all(block is None or block.library is None for block in blocks)


def make_editable(context: bpy.types.Context) -> bpy.types.Object:
    """Override the linked face of the context with its rig and shape keys; it becomes the active object.

    Raises `LikenessError` where Blender cannot.
    """
    scene, layer = context.scene, context.view_layer
    face, instance = linked_face(context), layer.objects.active
    if face.override_library is None:
        face = _override(face, instance if instance.instance_type == "COLLECTION" else None, scene, layer)
    for item in (face, face.find_armature()):
        if item is not None and item.override_library is not None:
            item.override_library.is_system_override = False
    if face.data.library is not None and face.data.override_create(remap_local_usages=True) is None:
        raise LikenessError(f"Blender cannot make a library override of the mesh of {face.name}.")
    for item in list(context.selected_objects):
        item.select_set(False)
    layer.update()
    face.select_set(True)
    layer.objects.active = face
    return face


def _override(
    face: bpy.types.Object, instance: bpy.types.Object | None, scene: bpy.types.Scene, layer: bpy.types.ViewLayer
) -> bpy.types.Object:
    """An override of all that the face was linked with, in its place."""
    uid = state_of(face).id
    before = {item.session_uid for item in bpy.data.objects}
    group = instance.instance_collection if instance else _linked_collection(face, scene)
    root = group or face
    root.override_hierarchy_create(scene, layer, reference=instance, do_fully_editable=True)
    made = [item for item in bpy.data.objects if item.session_uid not in before and item.override_library is not None]
    found = next((item for item in made if is_face(item) and state_of(item).id == uid), None)
    if found is None:
        raise LikenessError(f"Blender cannot make a library override of {face.name}.")
    if instance is not None:
        _move(made, instance)
        bpy.data.objects.remove(instance)
    elif group is not None and group.name in scene.collection.children:
        scene.collection.children.unlink(scene.collection.children[group.name])
    return found


def _move(made: list[bpy.types.Object], instance: bpy.types.Object) -> None:
    """Objects that hang on nothing go to where the instance showed them."""
    for item in made:
        if item.parent is None:
            item.matrix_basis = instance.matrix_world @ item.matrix_basis


def _linked_collection(face: bpy.types.Object, scene: bpy.types.Scene) -> bpy.types.Collection | None:
    """The linked collection of the scene that the face is in."""
    groups = (group for group in scene.collection.children_recursive if group.library is not None)
    return next((group for group in groups if face in set(group.all_objects)), None)
