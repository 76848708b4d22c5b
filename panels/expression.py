"""The sliders of the active face: the shape keys themselves, in groups an artist looks for."""

from __future__ import annotations

import bpy

from ..scene.shape_keys import expression_keys
from ..scene.state import is_face
from .photo import LIKENESS_PT_photo

# First word of the ARKit names -> the group they are shown in; everything else (a PCA basis) is one group.
GROUPS = (
    ("Eyes", ("eye",)),
    ("Brows", ("brow",)),
    ("Jaw", ("jaw",)),
    ("Mouth", ("mouth", "tongue")),
    ("Cheeks and Nose", ("cheek", "nose")),
)
OTHERS = "Expression"


def group_of(key_name: str) -> str:
    """The group a shape key is shown in."""
    return next((title for title, words in GROUPS if key_name.startswith(words)), OTHERS)


class LIKENESS_PT_expression(bpy.types.Panel):
    bl_label = "Expression"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Likeness"
    bl_parent_id = LIKENESS_PT_photo.__name__

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return is_face(context.object)

    def draw(self, context: bpy.types.Context) -> None:
        keys = expression_keys(context.object)
        for title in (*(title for title, _ in GROUPS), OTHERS):
            self._draw_group(title, [key for key in keys if group_of(key.name) == title])

    def _draw_group(self, title: str, keys: list[bpy.types.ShapeKey]) -> None:
        if not keys:
            return
        header, body = self.layout.panel(f"likeness_{title}", default_closed=title != OTHERS)
        header.label(text=title)
        if body is not None:
            column = body.column(align=True)
            for key in keys:
                column.prop(key, "value", text=key.name, slider=True)


CLASSES = (LIKENESS_PT_expression,)
