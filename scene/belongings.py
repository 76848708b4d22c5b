"""What belongs to a face: objects that come with it, data that only they use, and what a deleted face leaves."""

from __future__ import annotations

from collections.abc import Iterable

import bpy

from .light.sky import light_node
from .record import remember_joints
from .state import companions, is_face, state_of


def mark(face: bpy.types.Object) -> None:
    """Let what comes with a face remember whose it is: it is known for that when the face is gone."""
    for item in companions(face):
        if item is not None and item.library is None and not state_of(item).owner:
            state_of(item).owner = state_of(face).id


def delete_face(face: bpy.types.Object) -> None:
    """Remove a face with its rig, camera, sun, hair and world, and all data that nothing else uses.

    What another face uses as well stays, and so does a rig that carries somebody else's objects.
    """
    others = [other for other in bpy.data.objects if is_face(other) and other != face]
    shared = {item for other in others for item in companions(other)}
    worlds = {state_of(other).world for other in others}
    own = (item for item in companions(face) if item is not None and state_of(item).owner == state_of(face).id)
    mine = [item for item in own if item not in shared]
    objects = [face, *(item for item in mine if _carries_only(item, [face, *mine]))]
    world = state_of(face).world
    _remove(objects, None if world in worlds else world)


def leftovers(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """Rigs, cameras, suns and hair of faces that are gone."""
    owned = [item for item in scene.objects if item.library is None and state_of(item).owner]
    if not owned:
        return []
    faces = [face for face in bpy.data.objects if is_face(face) and face.users_collection]
    used = {item for face in faces for item in companions(face)}
    alive = {state_of(face).id for face in faces}
    # A duplicate has the identity of its original, and a rig without its face is nothing to keep.
    lost = [
        item for item in owned if item not in used and not (state_of(item).owner in alive and item.type != "ARMATURE")
    ]
    return [item for item in lost if item.type != "ARMATURE" or _carries_only(item, owned)]


def remove_leftovers(scene: bpy.types.Scene) -> None:
    """Remove them, with the worlds of their light and all data that nothing else uses."""
    objects = leftovers(scene)
    kept = {state_of(face).world for face in bpy.data.objects if is_face(face) and face.users_collection}
    worlds = {world_of(item) for item in objects} - kept - {None}
    owners = {state_of(item).owner for item in objects}
    # The hair's surface keeps a face in the file that is in no scene.
    gone = [face for face in bpy.data.objects if state_of(face).id in owners and not face.users_collection]
    _remove([*objects, *gone], *worlds)


def _carries_only(item: bpy.types.Object, known: list[bpy.types.Object]) -> bool:
    """Whether nothing hangs on an object, or is bent by it, but what is ``known``."""
    hanging = set(item.children)
    if item.type == "ARMATURE":
        hanging |= {other for other in bpy.data.objects if other.type == "MESH" and other.find_armature() == item}
    return hanging <= set(known)


def world_of(item: bpy.types.Object) -> bpy.types.World | None:
    """The world whose controls a sun follows."""
    animation = item.data.animation_data if item.type == "LIGHT" else None
    drivers = animation.drivers if animation else ()
    targets = (target.id for curve in drivers for value in curve.driver.variables for target in value.targets)
    return next((world for world in targets if isinstance(world, bpy.types.World) and light_node(world)), None)


def _remove(objects: list[bpy.types.Object], *worlds: bpy.types.World | None) -> None:
    """Remove objects and worlds, the collections that are empty then, and what only they used."""
    doomed = [world for world in worlds if world is not None]
    # A new face has a collection of its name; others are the user's.
    made = {group for item in objects for group in item.users_collection if item.name.startswith(group.name)}
    used = _used_by([*objects, *doomed])
    for scene in bpy.data.scenes:
        if scene.world in doomed:
            scene.world = None
    bpy.data.batch_remove([*objects, *doomed])
    bpy.data.batch_remove([group for group in bpy.data.collections if group in made and not group.all_objects])
    _remove_unused(used)


def _used_by(blocks: Iterable[bpy.types.ID]) -> set[int]:
    """Ids (session) of the data blocks that these use, directly or not."""
    uses: dict[bpy.types.ID, set[bpy.types.ID]] = {}
    for block, users in bpy.data.user_map().items():
        for user in users:
            uses.setdefault(user, set()).add(block)
    found: set[bpy.types.ID] = set()
    ahead = list(blocks)
    while ahead:
        new = uses.get(ahead.pop(), set()) - found
        found |= new
        ahead += new
    return {block.session_uid for block in found}


def _remove_unused(wanted: set[int]) -> None:
    """Remove those of the data blocks of these ids that have no user, and then what only they used."""
    while True:
        known = (block for block in bpy.data.user_map() if block.session_uid in wanted)
        unused = [block for block in known if not block.users and block.library is None]
        if not unused:
            return
        bpy.data.batch_remove(unused)


@bpy.app.handlers.persistent
def _mark_all(_file: str) -> None:
    """Faces of files that an earlier version wrote."""
    for face in bpy.data.objects:
        if is_face(face) and face.library is None and face.override_library is None:
            mark(face)
            remember_joints(face)


def register() -> None:
    """Look at each file that is opened."""
    bpy.app.handlers.load_post.append(_mark_all)


def unregister() -> None:
    """No more."""
    bpy.app.handlers.load_post.remove(_mark_all)
