"""What is wrong with the objects of a face, each with the button that mends it, and deleting them."""

from __future__ import annotations

import bpy

from ..operators.objects import (
    LIKENESS_OT_delete_face,
    LIKENESS_OT_make_editable,
    LIKENESS_OT_remove_leftovers,
    LIKENESS_OT_restore_rig,
    LIKENESS_OT_separate_joined,
)
from ..scene.belongings import leftovers
from ..scene.joined_mesh import joined_vertices
from ..scene.linked_face import linked_face
from ..scene.lost_rig import faces_without_rig, is_rig_joined
from ..scene.state import active_face
from .sidebar import FacePanel, SidebarPanel


class LIKENESS_PT_attention(SidebarPanel, bpy.types.Panel):
    """What keeps a face from working, and how to mend it"""

    bl_label = "Needs Attention"
    bl_order = 0

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        face = active_face(context)
        if any(map(is_rig_joined, faces_without_rig(context))):
            return True
        if face is not None and joined_vertices(face):
            return True
        return linked_face(context) is not None or (face is None and bool(leftovers(context.scene)))

    def draw(self, context: bpy.types.Context) -> None:
        column = self.layout.column()
        face = active_face(context)
        if linked_face(context) is not None:
            column.label(text="Linked from another file", icon="LINKED")
            column.operator(LIKENESS_OT_make_editable.bl_idname)
        joined = [lost.name for lost in faces_without_rig(context) if is_rig_joined(lost)]
        if joined:
            column.label(text=f"Joined into another rig: {', '.join(joined)}", icon="ERROR")
            column.operator(LIKENESS_OT_restore_rig.bl_idname)
        if face is not None and joined_vertices(face):
            column.label(text="Another mesh was joined into it", icon="ERROR")
            column.operator(LIKENESS_OT_separate_joined.bl_idname)
        left = leftovers(context.scene) if face is None else []
        if left:
            column.label(text=f"{len(left)} objects of a deleted face", icon="INFO")
            column.operator(LIKENESS_OT_remove_leftovers.bl_idname, icon="TRASH")


class LIKENESS_PT_face(FacePanel, bpy.types.Panel):
    """The face with all that belongs to it"""

    bl_label = "Face"
    bl_order = 10
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        self.layout.operator(LIKENESS_OT_delete_face.bl_idname, icon="TRASH")


CLASSES = (LIKENESS_PT_attention, LIKENESS_PT_face)
