"""How the head, the jaw and the eyes are turned."""

from __future__ import annotations

import bpy

from ..operators.pose import LIKENESS_OT_key_pose, LIKENESS_OT_photo_pose, LIKENESS_OT_reset_pose
from ..scene.gaze import gaze_keys
from ..scene.pose import head_bone, jaw_control
from ..scene.state import active_face, state_of
from .sidebar import FacePanel

# Axes of the head's bone (`scene.building.rig`).
TURNS = (("Yaw", 1), ("Pitch", 0), ("Roll", 2))
EULER = {"XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX"}


class LIKENESS_PT_pose(FacePanel, bpy.types.Panel):
    """How the active face holds its head, jaw and eyes"""

    bl_label = "Pose"
    bl_order = 2
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        face = active_face(context)
        row = self.layout.row(align=True)
        row.operator(LIKENESS_OT_reset_pose.bl_idname)
        row.operator(LIKENESS_OT_photo_pose.bl_idname)
        row.operator(LIKENESS_OT_key_pose.bl_idname, text="", icon="KEY_HLT")
        self._draw_head(head_bone(face))
        jaw = jaw_control(face)
        if jaw is not None:
            self.layout.prop(jaw.owner, jaw.property, index=jaw.index, text="Jaw", slider=True)
        if gaze_keys(face):
            column = self.layout.column(align=True)
            column.prop(state_of(face), "gaze_sideways", text="Gaze Sideways", slider=True)
            column.prop(state_of(face), "gaze_up", text="Gaze Up", slider=True)

    def _draw_head(self, head: bpy.types.PoseBone | None) -> None:
        if head is None:
            self.layout.label(text="This face has no rig", icon="INFO")
            return
        column = self.layout.column(align=True)
        if head.rotation_mode not in EULER:
            column.prop(head, "rotation_mode", text="")
            return
        for text, index in TURNS:
            column.prop(head, "rotation_euler", index=index, text=text)


CLASSES = (LIKENESS_PT_pose,)
