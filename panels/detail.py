"""Fine detail of the active face, drawn from its modifiers and from the properties that blend its wrinkles."""

from __future__ import annotations

from typing import Any

import bpy

from ..operators.texture import LIKENESS_OT_bake_still, LIKENESS_OT_finish
from ..scene.displacement import DETAIL, STRENGTH, SUBDIVISION
from ..scene.state import active_face, is_draft, state_of
from ..scene.wrinkles.controls import DYNAMIC, GROUP, is_dynamic, strength_names
from ..scene.wrinkles.nodes import WRINKLES
from .sidebar import FacePanel


class LIKENESS_PT_detail(FacePanel, bpy.types.Panel):
    """How deep the wrinkles are, and how finely the mesh is divided for them"""

    bl_label = "Detail"
    bl_order = 4
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split, layout.use_property_decorate = True, False
        face: Any = active_face(context)
        detail, subdivision = face.modifiers.get(DETAIL), face.modifiers.get(SUBDIVISION)
        if detail is None:
            layout.label(text="This face has no map of its wrinkles", icon="INFO")
            if is_draft(face):
                layout.operator(LIKENESS_OT_finish.bl_idname)
        else:
            layout.prop(state_of(face), "wrinkles")
            row = layout.row(align=True)
            if STRENGTH in face:
                row.prop(face, f'["{STRENGTH}"]', text="Strength")
            else:
                row.prop(detail, "strength")
            _draw_places(row, detail)
        if WRINKLES in face.modifiers and DYNAMIC in face:
            _draw_groups(layout, face)
        if subdivision is not None:
            column = layout.column(align=True)
            column.prop(subdivision, "levels", text="Levels Viewport")
            column.prop(subdivision, "render_levels", text="Render")


def _draw_groups(layout: bpy.types.UILayout, face: bpy.types.Object) -> None:
    """The switch of the wrinkles that follow the expression, and how strongly each group of them does."""
    row = layout.row(align=True)
    row.prop(face, f'["{DYNAMIC}"]', text="Dynamic")
    _draw_places(row, face.modifiers[WRINKLES])
    column = layout.column(align=True)
    column.active = is_dynamic(face)
    for name in strength_names(face):
        column.prop(face, f'["{name}"]', text=name.removeprefix(GROUP), slider=True)
    layout.operator(LIKENESS_OT_bake_still.bl_idname)


def _draw_places(row: bpy.types.UILayout, modifier: bpy.types.Modifier) -> None:
    """Where a modifier acts."""
    row.prop(modifier, "show_viewport", text="")
    row.prop(modifier, "show_render", text="")


CLASSES = (LIKENESS_PT_detail,)
