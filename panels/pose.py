"""How the head, the jaw and the eyes are turned."""

from __future__ import annotations

import bpy

from ..operators.objects import LIKENESS_OT_restore_rig
from ..operators.pose import LIKENESS_OT_key_pose, LIKENESS_OT_photo_pose, LIKENESS_OT_reset_pose
from ..scene.gaze import gaze_keys
from ..scene.shape_keys import jaw_key
from ..scene.state import FaceViews, active_face, views_of
from ..scene.turning import head_bone, jaw_bone
from .sidebar import FacePanel

TURNS = ("head_yaw", "head_pitch", "head_roll")


class LIKENESS_PT_pose(FacePanel, bpy.types.Panel):
    """How the active face holds its head, jaw and eyes"""

    bl_label = "Pose"
    bl_order = 2
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        face = active_face(context)
        views = views_of(face, context.scene)
        row = self.layout.row(align=True)
        row.operator(LIKENESS_OT_reset_pose.bl_idname)
        row.operator(LIKENESS_OT_photo_pose.bl_idname)
        row.operator(LIKENESS_OT_key_pose.bl_idname, text="", icon="KEY_HLT")
        head = head_bone(face)
        if head is None:
            self.layout.label(text="This face has no rig", icon="INFO")
            self.layout.operator(LIKENESS_OT_restore_rig.bl_idname)
        else:
            column = self.layout.column(align=True)
            column.enabled = head.id_data.library is None
            for name in TURNS:
                column.prop(views, name, slider=True)
        self._draw_jaw(face, views)
        if gaze_keys(face):
            column = self.layout.column(align=True)
            column.prop(views, "gaze_sideways", text="Gaze Sideways", slider=True)
            column.prop(views, "gaze_up", text="Gaze Up", slider=True)

    def _draw_jaw(self, face: bpy.types.Object, views: FaceViews) -> None:
        key = jaw_key(face)
        if key is not None:
            self.layout.prop(key, "value", text="Jaw", slider=True)
        elif jaw_bone(face) is not None:
            self.layout.prop(views, "jaw_angle", slider=True)


CLASSES = (LIKENESS_PT_pose,)
