"""Hair on the active face."""

from __future__ import annotations

import bpy

from ..operators.hair import LIKENESS_OT_add_hair, LIKENESS_OT_remove_hair, why_no_hair
from ..scene.hair.grow import hair_of
from ..scene.hair.hair_material import colour_socket
from ..scene.hair_colour import kept_hair_colour
from ..scene.state import active_face
from .sidebar import FacePanel
from .wrapping import draw_text


class LIKENESS_PT_hair(FacePanel, bpy.types.Panel):
    """Give the active face hair"""

    bl_label = "Hair"
    bl_order = 6
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        face = active_face(context)
        hair = hair_of(face)
        row = self.layout.row(align=True)
        row.operator(LIKENESS_OT_add_hair.bl_idname, text="New Hair" if hair else "Add Hair", icon="OUTLINER_OB_CURVES")
        if hair is not None:
            row.operator(LIKENESS_OT_remove_hair.bl_idname, text="", icon="TRASH")
            colour = colour_socket(hair)
            if colour is not None:
                self.layout.prop(colour, "default_value", text="Colour")
        elif kept_hair_colour(face) is None:
            draw_text(self.layout, context, "Its colour is not known: it will be brown", "INFO")
        if reason := why_no_hair(context):
            draw_text(self.layout, context, reason)


CLASSES = (LIKENESS_PT_hair,)
