"""The objects of a face: deleting all of them together, what is left of a deleted one, rigs that were joined, links."""

from __future__ import annotations

import bpy

from ..scene.belongings import delete_face, leftovers, remove_leftovers
from ..scene.joined_mesh import joined_vertices, separate_joined
from ..scene.linked_face import linked_face, make_editable
from ..scene.lost_rig import faces_without_rig, restore_rig
from ..scene.mode import leave_mode
from ..scene.state import active_face
from .operator_base import QuickOperator


class LIKENESS_OT_delete_face(QuickOperator, bpy.types.Operator):
    """Delete this face with its rig, camera, light, hair and everything else that only it uses"""

    bl_idname = "likeness.delete_face"
    bl_label = "Delete Face"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        face = active_face(context)
        if face is None:
            cls.poll_message_set("Select a face")
        elif face.library is not None:
            cls.poll_message_set("This face is linked from another file: delete its collection")
        else:
            return True
        return False

    def act(self, context: bpy.types.Context) -> str:
        face = active_face(context)
        name = face.name
        leave_mode()
        delete_face(face)
        return f"{name} is deleted."


class LIKENESS_OT_remove_leftovers(QuickOperator, bpy.types.Operator):
    """Delete the rigs, cameras and lights of faces that are gone"""

    bl_idname = "likeness.remove_leftovers"
    bl_label = "Delete Leftovers"
    bl_options = {"REGISTER", "UNDO"}

    def act(self, context: bpy.types.Context) -> str:
        count = len(leftovers(context.scene))
        remove_leftovers(context.scene)
        return f"{count} objects of deleted faces are gone, too."


class LIKENESS_OT_restore_rig(QuickOperator, bpy.types.Operator):
    """Give this face a rig of its own again, with its bones by their names, posed as it is"""

    bl_idname = "likeness.restore_rig"
    bl_label = "Restore Rig"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return any(face.library is None for face in faces_without_rig(context))

    def act(self, context: bpy.types.Context) -> str:
        for face in faces_without_rig(context):
            restore_rig(face)
        return ""


class LIKENESS_OT_separate_joined(QuickOperator, bpy.types.Operator):
    """Make an object of the mesh that was joined into this face, on its own rig where that is still there"""

    bl_idname = "likeness.separate_joined"
    bl_label = "Separate"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        face = active_face(context)
        return face is not None and face.data.library is None and joined_vertices(face) > 0

    def act(self, context: bpy.types.Context) -> str:
        return f"{separate_joined(active_face(context)).name} is an object of its own again."


class LIKENESS_OT_make_editable(QuickOperator, bpy.types.Operator):
    """Make a library override of this linked face, so that its pose and expression can be animated here"""

    bl_idname = "likeness.make_editable"
    bl_label = "Make Editable"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return linked_face(context) is not None

    def act(self, context: bpy.types.Context) -> str:
        make_editable(context)
        return ""


def _draw_in_menu(menu: bpy.types.Menu, context: bpy.types.Context) -> None:
    if active_face(context) is not None:
        menu.layout.separator()
        menu.layout.operator(LIKENESS_OT_delete_face.bl_idname, icon="TRASH")


MENUS = ("VIEW3D_MT_object_context_menu", "OUTLINER_MT_object")


def register() -> None:
    """Stand in the context menus beside Blender's own Delete."""
    for name in MENUS:
        getattr(bpy.types, name).append(_draw_in_menu)


def unregister() -> None:
    """Leave the menus."""
    for name in MENUS:
        getattr(bpy.types, name).remove(_draw_in_menu)


CLASSES = (
    LIKENESS_OT_delete_face,
    LIKENESS_OT_remove_leftovers,
    LIKENESS_OT_restore_rig,
    LIKENESS_OT_separate_joined,
    LIKENESS_OT_make_editable,
)
