"""Faces that are linked from another file."""

from __future__ import annotations

from pathlib import Path

import bpy
from likeness.scene.state import state_of


def choose(*items: bpy.types.Object) -> None:
    """Select these alone; the first is the active one."""
    bpy.context.view_layer.update()
    for other in bpy.context.view_layer.objects:
        other.select_set(other in items)
    bpy.context.view_layer.objects.active = items[0] if items else None


def library_of(face: bpy.types.Object, folder: Path) -> tuple[Path, str]:
    """A file with a face of the scene, which is empty then, and the name of the face's collection."""
    name, file = face.users_collection[0].name, folder / "character.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(file))
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    return file, name


def link(file: Path, name: str) -> bpy.types.Collection:
    with bpy.data.libraries.load(str(file), link=True) as (_, wanted):
        wanted.collections = [name]
    return wanted.collections[0]


def linked(file: Path, name: str, how: str) -> None:
    """Link a collection as an artist does: into the scene, as an instance, and with Blender's own override."""
    group, scene = link(file, name), bpy.context.scene
    if how == "collection":
        scene.collection.children.link(group)
        choose(next(item for item in group.all_objects if state_of(item).id))
        return
    empty = bpy.data.objects.new(name, None)
    empty.instance_type, empty.instance_collection, empty.location = "COLLECTION", group, (0.5, 0.0, 0.0)
    scene.collection.objects.link(empty)
    choose(empty)
    if how == "override":
        bpy.ops.object.make_override_library()
        choose(next(item for item in scene.objects if state_of(item).id and item.override_library))
