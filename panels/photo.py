"""The sidebar tab: where a face comes from."""

from __future__ import annotations

import bpy

from ..operators.open_reconstruction import LIKENESS_OT_open_reconstruction


class LIKENESS_PT_photo(bpy.types.Panel):
    bl_label = "Likeness"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Likeness"

    def draw(self, context: bpy.types.Context) -> None:
        self.layout.operator(LIKENESS_OT_open_reconstruction.bl_idname, icon="FILE_FOLDER")


CLASSES = (LIKENESS_PT_photo,)
