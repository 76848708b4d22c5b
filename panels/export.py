"""Taking the active face elsewhere."""

from __future__ import annotations

import bpy

from ..operators.export import (
    LIKENESS_OT_export_fbx,
    LIKENESS_OT_export_folder,
    LIKENESS_OT_export_gltf,
    LIKENESS_OT_export_obj,
)
from .sidebar import FacePanel


class LIKENESS_PT_export(FacePanel, bpy.types.Panel):
    """Save the active face for other programs"""

    bl_label = "Export"
    bl_order = 7
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        column = self.layout.column(align=True)
        # A button opens the file browser only where an operator is invoked, in a panel too.
        column.operator_context = "INVOKE_DEFAULT"
        column.operator(LIKENESS_OT_export_gltf.bl_idname, text="glTF", icon="EXPORT")
        column.operator_menu_enum(LIKENESS_OT_export_fbx.bl_idname, "target", text="FBX for")
        column.operator(LIKENESS_OT_export_obj.bl_idname, text="OBJ with Keys")
        self.layout.operator(LIKENESS_OT_export_folder.bl_idname, text="Likeness Folder", icon="FILE_FOLDER")


CLASSES = (LIKENESS_PT_export,)
