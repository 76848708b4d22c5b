"""Expressions: mirror, reset, back to the photo, keyframes."""

from __future__ import annotations

import bpy

from ..scene.expressions import expression
from ..scene.keyframes import insert
from ..scene.shape_keys import expression_keys
from ..scene.state import active_face, state_of
from .operator_base import QuickOperator


def why_sliders_are_locked(face: bpy.types.Object | None) -> str:
    """Why the sliders of a face cannot be moved, "" if they can."""
    if face is None:
        return "Select a face"
    if not expression_keys(face):
        return "This face has no expression shape keys"
    if face.data.shape_keys.library is not None:
        return "This face is linked from another file: press Make Editable to animate it"
    return ""


class ExpressionOperator(QuickOperator):
    """Mix-in: changes the expression of the active face at once."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if reason := why_sliders_are_locked(active_face(context)):
            cls.poll_message_set(reason)
        return not reason

    def act(self, context: bpy.types.Context) -> str:
        return self.change(context, active_face(context))

    def change(self, context: bpy.types.Context, face: bpy.types.Object) -> str:
        """Change the face; what to tell about it, "" if it is plain to see."""
        raise NotImplementedError


class LIKENESS_OT_mirror_expression(ExpressionOperator, bpy.types.Operator):
    """Swap what the left and the right side of the face do"""

    bl_idname = "likeness.mirror_expression"
    bl_label = "Mirror"

    def change(self, context: bpy.types.Context, face: bpy.types.Object) -> str:
        expression.mirror_expression(face)
        return ""


class LIKENESS_OT_reset_expression(ExpressionOperator, bpy.types.Operator):
    """Neutral face: all sliders at zero"""

    bl_idname = "likeness.reset_expression"
    bl_label = "Reset"

    def change(self, context: bpy.types.Context, face: bpy.types.Object) -> str:
        expression.reset_expression(face)
        return ""


class LIKENESS_OT_photo_expression(ExpressionOperator, bpy.types.Operator):
    """Back to the expression of the photo this face was made from"""

    bl_idname = "likeness.photo_expression"
    bl_label = "As Photo"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        if not state_of(active_face(context)).photo_expression:
            cls.poll_message_set("This face does not remember its photo's expression")
            return False
        return True

    def change(self, context: bpy.types.Context, face: bpy.types.Object) -> str:
        expression.apply_expression(face, expression.photo_expression(face))
        return ""


class LIKENESS_OT_key_expression(ExpressionOperator, bpy.types.Operator):
    """Insert a keyframe for every slider at the current frame"""

    bl_idname = "likeness.key_expression"
    bl_label = "Key All"

    def change(self, context: bpy.types.Context, face: bpy.types.Object) -> str:
        return f"{insert(expression_keys(face))} sliders keyed at frame {context.scene.frame_current}."


CLASSES = (
    LIKENESS_OT_mirror_expression,
    LIKENESS_OT_reset_expression,
    LIKENESS_OT_photo_expression,
    LIKENESS_OT_key_expression,
)
