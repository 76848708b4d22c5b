"""Hair on the active face: added in the colour of the photo's, and taken away."""

from __future__ import annotations

import bpy

from ..scene.hair.assets import ABSENT, hair_assets
from ..scene.hair.grow import add_hair, hair_of, remove_hair
from ..scene.state import active_face
from .operator_base import QuickOperator


def why_no_hair(context: bpy.types.Context) -> str:
    """Why no hair can be added, "" if it can."""
    if active_face(context) is None:
        return "Select a face"
    return "" if hair_assets() else ABSENT


class LIKENESS_OT_add_hair(QuickOperator, bpy.types.Operator):
    """Give the active face a short haircut of Blender's own hair curves, in the colour of the hair in the photo"""

    bl_idname = "likeness.add_hair"
    bl_label = "Add Hair"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if reason := why_no_hair(context):
            cls.poll_message_set(reason)  # pyright: ignore[reportAttributeAccessIssue]
        return not reason

    def act(self, context: bpy.types.Context) -> str:
        add_hair(active_face(context))
        return ""


class LIKENESS_OT_remove_hair(QuickOperator, bpy.types.Operator):
    """Take the hair of the active face away again"""

    bl_idname = "likeness.remove_hair"
    bl_label = "Remove Hair"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        face = active_face(context)
        return face is not None and hair_of(face) is not None

    def act(self, context: bpy.types.Context) -> str:
        remove_hair(active_face(context))
        return ""


CLASSES = (LIKENESS_OT_add_hair, LIKENESS_OT_remove_hair)
