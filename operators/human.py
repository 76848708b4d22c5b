"""Put the active face on a human that MPFB made."""

from __future__ import annotations

import bpy

from ..scene.human.find import chosen_human, has_mpfb, humans_of
from ..scene.human.put import put_on_human
from ..scene.state import active_face
from .operator_base import QuickOperator


def why_not_put_on(context: bpy.types.Context) -> str:
    """Why the active face cannot be put on a human, "" if it can."""
    if active_face(context) is None:
        return "Select a face"
    if chosen_human(context) is not None:
        return ""
    if humans_of(context.scene):
        return "Select the human as well, then the face"
    if has_mpfb():
        return "Make a human first: tab MPFB, New human"
    return "Get the free extension MPFB from extensions.blender.org and make a human with it"


class LIKENESS_OT_put_on_human(QuickOperator, bpy.types.Operator):
    """Make the active face the head of a human that the free extension MPFB has made"""

    bl_idname = "likeness.put_on_human"
    bl_label = "Put on a Human"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if reason := why_not_put_on(context):
            cls.poll_message_set(reason)  # pyright: ignore[reportAttributeAccessIssue]
        return not reason

    def act(self, context: bpy.types.Context) -> str:
        face, human = active_face(context), chosen_human(context)
        put_on_human(face, human)
        return f"{human.name} has the head of {face.name}, which is hidden now."


CLASSES = (LIKENESS_OT_put_on_human,)
