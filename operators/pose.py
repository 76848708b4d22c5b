"""Pose: back to the photo, back to the front, keyframes."""

from __future__ import annotations

import bpy

from ..scene import pose
from ..scene.keyframes import insert
from ..scene.state import active_face
from ..scene.turning import head_bone
from .operator_base import QuickOperator


def why_head_is_locked(face: bpy.types.Object | None) -> str:
    """Why the head of a face cannot be turned, "" if it can."""
    if face is None:
        return "Select a face"
    head = head_bone(face)
    if head is None:
        return "This face has no rig"
    if head.id_data.library is not None:
        return "This face's rig is linked from another file: press Make Editable to animate it"
    return ""


class PoseOperator(QuickOperator):
    """Mix-in: changes the pose of the active face at once."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if reason := why_head_is_locked(active_face(context)):
            cls.poll_message_set(reason)
        return not reason


class LIKENESS_OT_reset_pose(PoseOperator, bpy.types.Operator):
    """Turn head and eyes to the front"""

    bl_idname = "likeness.reset_pose"
    bl_label = "Front"

    def act(self, context: bpy.types.Context) -> str:
        pose.reset_pose(active_face(context))
        return ""


class LIKENESS_OT_photo_pose(PoseOperator, bpy.types.Operator):
    """Turn head and eyes as in the photo this face was made from"""

    bl_idname = "likeness.photo_pose"
    bl_label = "As Photo"

    def act(self, context: bpy.types.Context) -> str:
        pose.pose_as_photo(active_face(context))
        return ""


class LIKENESS_OT_key_pose(PoseOperator, bpy.types.Operator):
    """Insert keyframes for head, neck, jaw and eyes at the current frame"""

    bl_idname = "likeness.key_pose"
    bl_label = "Key Pose"

    def act(self, context: bpy.types.Context) -> str:
        insert(pose.posed_parts(active_face(context)))
        return ""


CLASSES = (LIKENESS_OT_reset_pose, LIKENESS_OT_photo_pose, LIKENESS_OT_key_pose)
