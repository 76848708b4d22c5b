"""What a face's wrinkles are now becomes its relief for good: a still of what followed the expression."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import bpy

from ...result.wrinkles import activation
from ..displacement import DETAIL
from ..expressions.expression import expression_of
from ..state import state_of
from ..texture_view import make_materials_own
from .controls import DYNAMIC, drive_groups, groups_of, shown_amounts
from .give import note_groups
from .maps import displacement_with, normals_with


def bake_still(face: bpy.types.Object) -> None:
    """Bake the wrinkles of the expression that a face shows now into maps of its own, and let them follow no more.

    Followed again, they are the same at this expression.
    """
    amounts = shown_amounts(face)
    memory = state_of(face)
    displacement, normal = memory.displacement, memory.normal
    _use_displacement(face, displacement_with(face, amounts, displacement.name))
    if normal is not None:
        _use_normal(face, normal, normals_with(face, amounts, normal.name))
    values = expression_of(face)
    groups = tuple(replace(group, photo=activation(group, values)) for group in groups_of(face))
    note_groups(face, groups)
    drive_groups(face, groups)
    face[DYNAMIC] = False
    face.update_tag()
    for old in (displacement, normal):
        if old is not None and not old.users:
            bpy.data.images.remove(old)


def _use_displacement(face: bpy.types.Object, image: bpy.types.Image) -> None:
    detail: Any = face.modifiers[DETAIL]
    known, own = detail.texture, detail.texture.copy()
    own.image, detail.texture = image, own
    if not known.users:
        bpy.data.textures.remove(known)
    state_of(face).displacement = image


def _use_normal(face: bpy.types.Object, old: bpy.types.Image, image: bpy.types.Image) -> None:
    """Put an image in the place of another in the face's own materials."""
    make_materials_own(face)
    for slot in face.material_slots:
        tree = slot.material.node_tree if slot.material else None
        for node in tree.nodes if tree else ():
            if node.type == "TEX_IMAGE" and node.image == old:
                node.image = image
    state_of(face).normal = image
