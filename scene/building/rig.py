"""The armature: a bone per joint, weights as vertex groups, and the photo's head rotation as a pose."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
from mathutils import Matrix, Quaternion, Vector

from ...anatomy.joints import JointName, is_eye_joint
from ...result.reconstruction import Mesh
from ..axes import MODEL_TO_BLENDER, to_blender
from ..limits import TURN_ORDER
from ..mode import leave_mode
from ..record import Joints

# From the joint to the tip of its bone, in Blender axes, metres: the head's bone stands, the others look forward, and
# all come out of the skin far enough to be clicked. Root and neck end where the next one begins.
HEAD_TIP = (0.0, 0.0, 0.15)
EYE_TIP = (0.0, -0.02, 0.0)
JAW_TIP = (0.0, -0.12, -0.1)
TONGUE_TIP = (0.0, -0.04, 0.0)
NEXT_JOINT = {JointName.ROOT: JointName.NECK, JointName.NECK: JointName.HEAD}
MODIFIER = "Likeness Armature"
SHORTEST_BONE_M = 0.001  # Blender removes a bone without length
# Where a bone's own Z points. A positive X then looks up or opens the jaw, Y of the head turns it to its own left, and
# Z leans it there: seen from the front every slider moves the face to the side to which the slider goes.
BACK, UP = (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
# The second one is not shown at first: its bones would stick out of pupils and chin, and sliders move what they move.
HEAD_BONES, FACE_BONES = "Head and Neck", "Eyes, Jaw and Tongue"


def create_armature(skeleton: Mesh | Joints, name: str, collection: bpy.types.Collection) -> bpy.types.Object:
    """Armature object, linked into ``collection`` of the active view layer: bones exist in edit mode only."""
    data = bpy.data.armatures.new(name)
    armature = bpy.data.objects.new(name, data)
    data.display_type = "STICK"
    collection.objects.link(armature)
    leave_mode()
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    heads = dict(zip(skeleton.joint_names, map(Vector, to_blender(skeleton.joint_positions).tolist()), strict=True))
    for joint, head in heads.items():
        bone = data.edit_bones.new(joint)
        bone.head, bone.tail = head, head + _tip(joint, heads)
        bone.align_roll(Vector(UP if _looks_forward(joint) else BACK))
    for joint, parent in zip(skeleton.joint_names, skeleton.joint_parents, strict=True):
        if parent >= 0:
            data.edit_bones[joint].parent = data.edit_bones[skeleton.joint_names[parent]]
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone in armature.pose.bones:
        bone.rotation_mode = TURN_ORDER
    _sort_bones(data)
    return armature


def _sort_bones(data: bpy.types.Armature) -> None:
    """Put the bones into collections; hidden ones can be posed and keyed by sliders and scripts as before."""
    sorted_bones = {name: data.collections.new(name) for name in (HEAD_BONES, FACE_BONES)}
    for bone in data.bones:
        sorted_bones[FACE_BONES if _is_of_face(bone.name) else HEAD_BONES].assign(bone)
    sorted_bones[FACE_BONES].is_visible = False


def bind(face: bpy.types.Object, armature: bpy.types.Object, mesh: Mesh) -> None:
    """Parent the face to the armature and weight it by ``mesh.skin_weights``; before any other modifier."""
    face.parent = armature
    modifier: Any = face.modifiers.new(MODIFIER, "ARMATURE")
    modifier.object = armature
    for joint, weights in zip(mesh.joint_names, mesh.skin_weights.T, strict=True):
        fill_group(face.vertex_groups.new(name=joint), weights)


def pose_head(armature: bpy.types.Object, mesh: Mesh, rotation: np.ndarray) -> None:
    """Turn the head's joint by ``rotation`` (3, 3), model axes -> view axes, about where it stands.

    What is below it, neck and root, rests: the face, which is the head's alone, lies over the photo as it was fitted.
    """
    turn_bone(armature.pose.bones[head_joint(mesh)], to_blender_rotation(rotation))


def to_blender_rotation(rotation: np.ndarray) -> Quaternion:
    """A rotation (3, 3), model axes -> view axes, in Blender's axes."""
    return Matrix((MODEL_TO_BLENDER @ rotation @ MODEL_TO_BLENDER.T).tolist()).to_quaternion()


def turn_bone(bone: bpy.types.PoseBone, turn: Quaternion) -> None:
    """Turn a bone whose parents rest by a rotation in the armature's axes, about where it stands."""
    rest = bone.bone.matrix_local.to_3x3()
    bone.matrix_basis = (rest.inverted() @ turn.to_matrix() @ rest).to_4x4()


def head_joint(mesh: Mesh) -> str:
    """Name of the joint that carries the head: the root where none is called so."""
    if JointName.HEAD in mesh.joint_names:
        return JointName.HEAD
    return mesh.joint_names[int(np.flatnonzero(mesh.joint_parents < 0)[0])]


def head_position(mesh: Mesh) -> np.ndarray:
    """Where that joint is (3,), model axes."""
    return mesh.joint_positions[mesh.joint_names.index(head_joint(mesh))]


def _tip(joint: str, heads: dict[str, Vector]) -> Vector:
    """From the joint to the tip of its bone."""
    next_joint = NEXT_JOINT.get(joint)
    if next_joint in heads and (heads[next_joint] - heads[joint]).length > SHORTEST_BONE_M:
        return heads[next_joint] - heads[joint]
    if is_eye_joint(joint):
        return Vector(EYE_TIP)
    return Vector({JointName.JAW: JAW_TIP, JointName.TONGUE: TONGUE_TIP}.get(joint, HEAD_TIP))


def _is_of_face(joint: str) -> bool:
    return is_eye_joint(joint) or joint in (JointName.JAW, JointName.TONGUE)


def _looks_forward(joint: str) -> bool:
    return is_eye_joint(joint) or joint == JointName.TONGUE


def fill_group(group: bpy.types.VertexGroup, weights: np.ndarray) -> None:
    """Give the vertices (N,) their weights; those of 0 stay out of the group."""
    vertices = np.flatnonzero(weights)
    for vertex, weight in zip(vertices.tolist(), weights[vertices].tolist(), strict=True):
        group.add((vertex,), weight, "REPLACE")
