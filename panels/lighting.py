"""The light of the active face: the controls of its world's node group, presets, and the terms folded away."""

from __future__ import annotations

import bpy

from ..operators.lighting import LIKENESS_OT_match_photo_light, LIKENESS_OT_studio_light
from ..operators.scene_setup import LIKENESS_OT_use_light, has_photos_light
from ..scene.light.sky import COEFFICIENT_NAMES, ROTATION, STRENGTH, SUN_COLOUR, SUN_STRENGTH, WARMTH, light_node
from ..scene.light.studio_light import STUDIO_LIGHTS
from ..scene.state import active_face, state_of
from .sidebar import FacePanel
from .wrapping import draw_text

PRESETS_A_ROW = 2


class LIKENESS_PT_lighting(FacePanel, bpy.types.Panel):
    """The light that falls on the active face"""

    bl_label = "Lighting"
    bl_order = 3

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        memory = state_of(active_face(context))
        if not has_photos_light(context):
            layout.operator(LIKENESS_OT_use_light.bl_idname, icon="LIGHT_SUN")
        node = light_node(memory.world)
        if node is None:
            draw_text(layout, context, "This light has no controls; pick one below.", "INFO")
        else:
            column = layout.column(align=True)
            for name in (STRENGTH, ROTATION, WARMTH):
                column.prop(node.inputs[name], "default_value", text=name, slider=name != ROTATION)
        layout.operator(LIKENESS_OT_match_photo_light.bl_idname, icon="IMAGE_DATA")
        layout.label(text="Studio")
        grid = layout.grid_flow(columns=PRESETS_A_ROW, row_major=True, even_columns=True, align=True)
        for key, light in STUDIO_LIGHTS.items():
            grid.operator(LIKENESS_OT_studio_light.bl_idname, text=light.name).preset = key


class LIKENESS_PT_light_terms(FacePanel, bpy.types.Panel):
    """The numbers behind the light, for fine work"""

    bl_label = "Sun and Sky Terms"
    bl_parent_id = LIKENESS_PT_lighting.__name__
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return super().poll(context) and light_node(state_of(active_face(context)).world) is not None

    def draw(self, context: bpy.types.Context) -> None:
        inputs = light_node(state_of(active_face(context)).world).inputs
        row = self.layout.row(align=True)
        row.prop(inputs[SUN_STRENGTH], "default_value", text="Sun")
        row.prop(inputs[SUN_COLOUR], "default_value", text="")
        column = self.layout.column(align=True)
        _row(column, "Sky").label(text="Red, green, blue")
        for name in COEFFICIENT_NAMES:
            _row(column, name).prop(inputs[name], "default_value", text="")


def _row(layout: bpy.types.UILayout, title: str) -> bpy.types.UILayout:
    """Right part of a row with a title."""
    split = layout.split(factor=0.2, align=True)
    split.label(text=title)
    return split.row(align=True)


CLASSES = (LIKENESS_PT_lighting, LIKENESS_PT_light_terms)
