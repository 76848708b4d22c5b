"""How a head is turned: the rotation of its head bone, and the jaw's opening, each with one control."""

from __future__ import annotations

import bpy
from mathutils import Matrix, Quaternion

from ..anatomy.joints import JointName
from .building.rig import turn_bone
from .expressions.expression import photo_expression
from .gaze import gaze_keys
from .keyframes import Keyable, insert_if_asked
from .shape_keys import jaw_key
from .state import state_of
from .turning import head_bone, jaw_bone


def reset_pose(face: bpy.types.Object) -> None:
    """Head, jaw and eyes straight ahead: their bones at rest, no key that turns the eyes."""
    _pose(face, Quaternion(), {})


def pose_as_photo(face: bpy.types.Object) -> None:
    """Head and eyes as in the photo."""
    _pose(face, Quaternion(state_of(face).photo_rotation), photo_expression(face))


def posed_parts(face: bpy.types.Object) -> list[Keyable]:
    """What holds the pose: the bones of head and neck, what opens the jaw, and the keys that turn the eyes."""
    head = head_bone(face)
    parts = (head, head.id_data.pose.bones.get(JointName.NECK), jaw_key(face) or jaw_bone(face))
    return [*(part for part in parts if part is not None), *gaze_keys(face).values()]


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
