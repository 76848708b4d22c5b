"""The photo's camera and light in the artist's scene: switched on and off, and whether a new face comes with them."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import EnumProperty

from ..scene.setup.memory import memory_of
from ..scene.setup.photo import (
    CHOICES,
    WHEN_EMPTY,
    give_light_back,
    is_lit_by,
    is_looked_through,
    light_as_photo,
    look_away,
    look_through,
)
from ..scene.setup.views import is_through_camera, views_asked
from ..scene.state import active_face, state_of
from .operator_base import QuickOperator
from .settings import preferences

SET_UP_TEXT = "Whether a new face is seen through its photo's camera and in its light; two buttons do it at any time"
SET_UP = EnumProperty(name="Set Up Scene", description=SET_UP_TEXT, items=CHOICES, options={"SKIP_SAVE"})


def chosen_set_up(operator: Any, context: bpy.types.Context) -> str:
    """What the caller of an operator asked for, else the choice in the preferences."""
    if operator.properties.is_property_set("set_up"):
        return operator.set_up
    return getattr(preferences(context), "set_up", WHEN_EMPTY)


def shows_photo(context: bpy.types.Context) -> bool:
    """Whether the active face, or a face that is no more, is looked at through its photo's camera."""
    face, views = active_face(context), views_asked(context)
    if face is None:
        return memory_of(context.scene).looking
    return is_looked_through(context.scene, face) and (not views or any(map(is_through_camera, views)))


def has_photos_light(context: bpy.types.Context) -> bool:
    """Whether the scene has the light of the active face, or of one that is no more."""
    face = active_face(context)
    return memory_of(context.scene).lighting if face is None else is_lit_by(context.scene, face)


class LIKENESS_OT_photo_camera(QuickOperator, bpy.types.Operator):
    """Look and render through the camera that took this face's photo; press again for what was there before"""

    bl_idname = "likeness.photo_camera"
    bl_label = "Look Through the Photo's Camera"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        face = active_face(context)
        if face is None and not memory_of(context.scene).looking:
            cls.poll_message_set("Select a face first")
            return False
        if face is not None and state_of(face).camera is None:
            cls.poll_message_set("The camera of this face's photo was deleted")
            return False
        return True

    def act(self, context: bpy.types.Context) -> str:
        if shows_photo(context):
            look_away(context.scene)
        else:
            look_through(context.scene, active_face(context), views_asked(context))
        return ""


class LIKENESS_OT_use_light(QuickOperator, bpy.types.Operator):
    """Light the scene with this face's sky and sun alone; press again for the world and the lights that were there"""

    bl_idname = "likeness.use_light"
    bl_label = "Use the Photo's Light"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        face = active_face(context)
        if face is None and not memory_of(context.scene).lighting:
            cls.poll_message_set("Select a face first")
            return False
        if face is not None and state_of(face).world is None:
            cls.poll_message_set("The light of this face was deleted; Match Photo or a studio light makes a new one")
            return False
        return True

    def act(self, context: bpy.types.Context) -> str:
        if has_photos_light(context):
            give_light_back(context.scene)
        else:
            light_as_photo(context.scene, active_face(context), views_asked(context))
        return ""


CLASSES = (LIKENESS_OT_photo_camera, LIKENESS_OT_use_light)
