"""Fine detail of the active face, drawn from its modifiers."""

from __future__ import annotations

import bpy

from ..operators.texture import LIKENESS_OT_finish
from ..scene.displacement import DETAIL, SUBDIVISION
from ..scene.state import active_face, is_draft, state_of
from .sidebar import FacePanel


class LIKENESS_PT_detail(FacePanel, bpy.types.Panel):
    """How deep the wrinkles are, and how finely the mesh is divided for them"""

    bl_label = "Detail"
    bl_order = 4
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split, layout.use_property_decorate = True, False
        face = active_face(context)
        detail, subdivision = face.modifiers.get(DETAIL), face.modifiers.get(SUBDIVISION)
        if detail is None:
            layout.label(text="This face has no map of its wrinkles", icon="INFO")
            if is_draft(face):
                layout.operator(LIKENESS_OT_finish.bl_idname)
        else:
            layout.prop(state_of(face), "wrinkles")
            row = layout.row(align=True)
            row.prop(detail, "strength")
            row.prop(detail, "show_viewport", text="")
            row.prop(detail, "show_render", text="")
        if subdivision is not None:
            column = layout.column(align=True)
            column.prop(subdivision, "levels", text="Levels Viewport")
            column.prop(subdivision, "render_levels", text="Render")


CLASSES = (LIKENESS_PT_detail,)
