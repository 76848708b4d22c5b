"""The armature: a bone per joint, weights as vertex groups, and the photo's head rotation as a pose."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Matrix, Quaternion, Vector

from ...anatomy.joints import JointName, is_eye_joint
from ...result.reconstruction import Mesh
from ..axes import MODEL_TO_BLENDER, to_blender
from ..mode import leave_mode

# From the joint to the tip of its bone, in Blender axes, metres: the head's bone stands, the others look forward, and
# all come out of the skin far enough to be clicked without being drawn over the face.
HEAD_TIP = (0.0, 0.0, 0.15)
EYE_TIP = (0.0, -0.02, 0.0)
JAW_TIP = (0.0, -0.12, -0.1)
# Where a bone's own Z points. A positive X then looks up or opens the jaw, Y of the head turns it to its own left, and
# Z leans it there: seen from the front every slider moves the face to the side to which the slider goes.
BACK, UP = (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
# Yaw about the upright axis, in it pitch, in it roll: that is how one says where a head points.
TURN_ORDER = "ZXY"


def create_armature(mesh: Mesh, name: str, collection: bpy.types.Collection) -> bpy.types.Object:
    """Armature object, linked into ``collection`` of the active view layer: bones exist in edit mode only."""
    data = bpy.data.armatures.new(name)
    armature = bpy.data.objects.new(name, data)
    data.display_type = "STICK"
    collection.objects.link(armature)
    leave_mode()
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    heads = to_blender(mesh.joint_positions)
    for joint, head in zip(mesh.joint_names, heads, strict=True):
        bone = data.edit_bones.new(joint)
        bone.head = head.tolist()
        bone.tail = (head + _tip(joint)).tolist()
        bone.align_roll(Vector(UP if is_eye_joint(joint) else BACK))
    for joint, parent in zip(mesh.joint_names, mesh.joint_parents, strict=True):
        if parent >= 0:
            data.edit_bones[joint].parent = data.edit_bones[mesh.joint_names[parent]]
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone in armature.pose.bones:
        bone.rotation_mode = TURN_ORDER
    return armature


def bind(face: bpy.types.Object, armature: bpy.types.Object, mesh: Mesh) -> None:
    """Parent the face to the armature and weight it by ``mesh.skin_weights``; before any other modifier."""
    face.parent = armature
    modifier = face.modifiers.new("Likeness Armature", "ARMATURE")
    modifier.object = armature
    for joint, weights in zip(mesh.joint_names, mesh.skin_weights.T, strict=True):
        fill_group(face.vertex_groups.new(name=joint), weights)


def pose_root(armature: bpy.types.Object, mesh: Mesh, rotation: np.ndarray) -> None:
    """Turn the root joint by ``rotation`` (3, 3), model axes -> view axes, about where it stands."""
    turn_bone(armature.pose.bones[root_joint(mesh)], to_blender_rotation(rotation))


def to_blender_rotation(rotation: np.ndarray) -> Quaternion:
    """A rotation (3, 3), model axes -> view axes, in Blender's axes."""
    return Matrix((MODEL_TO_BLENDER @ rotation @ MODEL_TO_BLENDER.T).tolist()).to_quaternion()


def turn_bone(bone: bpy.types.PoseBone, turn: Quaternion) -> None:
    """Turn a bone without parent by a rotation in the armature's axes, about where it stands."""
    rest = bone.bone.matrix_local.to_3x3()
    bone.matrix_basis = (rest.inverted() @ turn.to_matrix() @ rest).to_4x4()


def root_joint(mesh: Mesh) -> str:
    """Name of the joint that carries the head."""
    return mesh.joint_names[int(np.flatnonzero(mesh.joint_parents < 0)[0])]


def root_position(mesh: Mesh) -> np.ndarray:
    """Where that joint is (3,), model axes."""
    return mesh.joint_positions[mesh.joint_names.index(root_joint(mesh))]


def _tip(joint: str) -> Vector:
    if is_eye_joint(joint):
        return Vector(EYE_TIP)
    return Vector(JAW_TIP if joint == JointName.JAW else HEAD_TIP)


def fill_group(group: bpy.types.VertexGroup, weights: np.ndarray) -> None:
    """Give the vertices (N,) their weights; those of 0 stay out of the group."""
    vertices = np.flatnonzero(weights)
    for vertex, weight in zip(vertices.tolist(), weights[vertices].tolist(), strict=True):
        group.add((vertex,), weight, "REPLACE")
