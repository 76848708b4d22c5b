"""The active face on a body."""

from __future__ import annotations

import bpy

from ..operators.human import LIKENESS_OT_put_on_human, why_not_put_on
from .sidebar import FacePanel
from .wrapping import draw_text


class LIKENESS_PT_human(FacePanel, bpy.types.Panel):
    """Give the active face a body"""

    bl_label = "Body"
    bl_order = 8
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        self.layout.operator(LIKENESS_OT_put_on_human.bl_idname, icon="OUTLINER_OB_ARMATURE")
        if reason := why_not_put_on(context):
            draw_text(self.layout, context, reason)


CLASSES = (LIKENESS_PT_human,)
