"""Fine detail of the active face, drawn from its modifiers."""

from __future__ import annotations

import bpy

from ..scene.displacement import DETAIL, SUBDIVISION
from ..scene.state import active_face
from .sidebar import FacePanel


class LIKENESS_PT_detail(FacePanel, bpy.types.Panel):
    bl_label = "Detail"
    bl_order = 4

    def draw(self, context: bpy.types.Context) -> None:
        modifiers = active_face(context).modifiers
        detail, subdivision = modifiers.get(DETAIL), modifiers.get(SUBDIVISION)
        if detail is None:
            self.layout.label(text="This face has no wrinkles: it was made as a draft.", icon="INFO")
        else:
            row = self.layout.row(align=True)
            row.prop(detail, "strength", text="Wrinkles")
            row.prop(detail, "show_viewport", text="")
            row.prop(detail, "show_render", text="")
        if subdivision is not None:
            row = self.layout.row(align=True)
            row.prop(subdivision, "levels", text="Viewport")
            row.prop(subdivision, "render_levels", text="Render")


CLASSES = (LIKENESS_PT_detail,)
