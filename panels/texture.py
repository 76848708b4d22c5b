"""The texture of the active face: what of it is shown, how large it is, and baking it again."""

from __future__ import annotations

import bpy

from ..operators.texture import LIKENESS_OT_finish, LIKENESS_OT_rebake_texture
from ..scene.state import active_face, face_images, is_draft, state_of
from ..scene.texture_view import SEEN, SHADED, VIEWS, available_views
from .sidebar import FacePanel


class LIKENESS_PT_texture(FacePanel, bpy.types.Panel):
    """How the skin is shown, and what of it the photo tells"""

    bl_label = "Texture"
    bl_order = 5
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        face = active_face(context)
        memory = state_of(face)
        available = available_views(face, face_images(face))
        row = layout.row(align=True)
        for view, _, _ in VIEWS:
            item = row.row(align=True)
            item.enabled = view in available
            item.prop_enum(memory, "texture_view", view)
        if memory.texture_view != SHADED and _without_materials(context):
            layout.label(text="Solid shading does not show it", icon="INFO")
        if memory.texture_view == SEEN:
            layout.label(text="Green: from the photo", icon="HIDE_OFF")
            layout.label(text="Orange: filled in", icon="HIDE_ON")
        if memory.albedo is not None:
            width, height = memory.albedo.size
            layout.label(text=f"Resolution {width} x {height}")
        if is_draft(face):
            layout.operator(LIKENESS_OT_finish.bl_idname)
        else:
            layout.operator_menu_enum(LIKENESS_OT_rebake_texture.bl_idname, "texture_size", text="Bake Again")


def _without_materials(context: bpy.types.Context) -> bool:
    space = context.space_data
    return isinstance(space, bpy.types.SpaceView3D) and space.shading.type in {"SOLID", "WIREFRAME"}


CLASSES = (LIKENESS_PT_texture,)
