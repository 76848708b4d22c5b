"""A face gets the wrinkle groups of a result, or others in their place."""

from __future__ import annotations

import json

import bpy

from ...anatomy.parts import PartKind, part_kind
from ...result.wrinkles import WRINKLE_IMAGES, WrinkleGroup
from ..displacement import DETAIL
from ..node_wiring import surface_shader
from ..record import recall
from ..state import is_face, state_of
from ..textures.face_images import PROPERTIES
from .controls import add_controls, groups_of, image_of, remove_controls
from .nodes import WRINKLES, bump, displace, height_group, unbump, undisplace


def give_wrinkles(face: bpy.types.Object, groups: tuple[WrinkleGroup, ...]) -> None:
    """Let a face whose maps are in place follow these groups, and its copies, which show the same maps.

    No groups take away what a face had.
    """
    for one in [face, *_copies(face)]:
        note_groups(one, groups)
        _apply(one)


def note_groups(face: bpy.types.Object, groups: tuple[WrinkleGroup, ...]) -> None:
    """Let the face's record have these groups."""
    memory = state_of(face)
    record = json.loads(memory.record)
    record["wrinkles"] = [group.record() for group in groups]
    memory.record = json.dumps(record, indent=1)


def _copies(face: bpy.types.Object) -> list[bpy.types.Object]:
    modifier = face.modifiers.get(WRINKLES)
    if modifier is None:
        return []
    others = (other for other in bpy.data.objects if is_face(other) and other != face and other.library is None)
    return [
        other
        for other in others
        if WRINKLES in other.modifiers
        and state_of(other).record
        and other.modifiers[WRINKLES].node_group == modifier.node_group
    ]


def _apply(face: bpy.types.Object) -> None:
    groups = groups_of(face) if DETAIL in face.modifiers else ()
    used = {group.image for group in groups}
    for file in WRINKLE_IMAGES:
        if file not in used:
            setattr(state_of(face), PROPERTIES[file], None)
    skins = _skins(face)
    if not groups:
        undisplace(face)
        remove_controls(face)
        for tree in skins:
            unbump(tree)
        return
    maps = {file: image for file in WRINKLE_IMAGES if (image := image_of(face, file)) is not None}
    add_controls(face, groups)
    displace(face, maps)
    height = height_group(
        next((tree.nodes[WRINKLES].node_tree for tree in skins if WRINKLES in tree.nodes), None), maps
    )
    for tree in skins:
        bump(tree, height)


def _skins(face: bpy.types.Object) -> list[bpy.types.NodeTree]:
    """The nodes of a face's skin, where they are as they were made."""
    parts = zip(recall(face).part_names, face.material_slots, strict=False)
    trees = [slot.material.node_tree for part, slot in parts if part_kind(part) is PartKind.SKIN and slot.material]
    return [tree for tree in trees if surface_shader(tree) is not None]
