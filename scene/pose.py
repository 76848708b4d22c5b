"""How a head is turned: the rotation of its head bone, and the jaw's opening, each with one control."""

from __future__ import annotations

from typing import NamedTuple

import bpy
from mathutils import Matrix, Quaternion

from ..anatomy.arkit import opens_jaw
from ..anatomy.joints import JointName
from .building.rig import turn_bone
from .expressions.expression import photo_expression
from .gaze import gaze_keys
from .keyframes import Keyable, insert_if_asked
from .shape_keys import expression_keys
from .state import state_of


class Control(NamedTuple):
    """A property that a slider shows."""

    owner: bpy.types.bpy_struct
    property: str
    index: int


def head_bone(face: bpy.types.Object) -> bpy.types.PoseBone | None:
    """The bone that carries the head; None where the rig is gone."""
    rig = face.find_armature()
    if rig is None:
        return None
    bones = rig.pose.bones
    return bones.get(JointName.HEAD) or next((bone for bone in bones if bone.parent is None), None)


def jaw_control(face: bpy.types.Object) -> Control | None:
    """What opens the mouth: the shape key, which takes lips and cheeks along, or else the jaw's bone."""
    for key in expression_keys(face):
        if opens_jaw(key.name):
            return Control(key, "value", -1)
    rig = face.find_armature()
    bone = rig.pose.bones.get(JointName.JAW) if rig else None
    return Control(bone, "rotation_euler", 0) if bone else None


def reset_pose(face: bpy.types.Object) -> None:
    """Head, jaw and eyes straight ahead: their bones at rest, no key that turns the eyes."""
    _pose(face, Quaternion(), {})


def pose_as_photo(face: bpy.types.Object) -> None:
    """Head and eyes as in the photo."""
    _pose(face, Quaternion(state_of(face).photo_rotation), photo_expression(face))


def posed_parts(face: bpy.types.Object) -> list[Keyable]:
    """What holds the pose: the head's bone, what opens the jaw, and the keys that turn the eyes."""
    jaw = jaw_control(face)
    return [head_bone(face), *([jaw.owner] if jaw else []), *gaze_keys(face).values()]


def _pose(face: bpy.types.Object, turn: Quaternion, expression: dict[str, float]) -> None:
    head, eyes = head_bone(face), gaze_keys(face).values()
    # A rig that goes on to a body has bones of others too.
    bones = [bone for bone in head.id_data.pose.bones if bone.name in face.vertex_groups]
    for bone in bones:
        bone.matrix_basis = Matrix.Identity(4)
    turn_bone(head, turn)
    for key in eyes:
        key.value = expression.get(key.name, 0.0)
    insert_if_asked([*bones, *eyes])
