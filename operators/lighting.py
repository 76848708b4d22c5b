"""Light: match the photo, studio presets."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty

from ..scene.light.lighting import light_face, match_photo
from ..scene.light.studio_light import STUDIO_LIGHTS, studio_light
from ..scene.setup.photo import light_as_photo
from ..scene.setup.views import views_asked
from ..scene.state import active_face, state_of
from .operator_base import QuickOperator


class LightOperator(QuickOperator):
    """Mix-in: acts on the light of the active face, at once."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if active_face(context) is None:
            cls.poll_message_set("Select a face first")
            return False
        return True


def _disabled_when_linked(operator: type[LightOperator], face: bpy.types.Object) -> bool:
    """Whether the light of a face is linked from another file, which cannot be changed; if so, the tooltip says so."""
    world = state_of(face).world
    linked = face.library is not None or (world is not None and world.library is not None)
    if linked:
        operator.poll_message_set("This face's light is linked from another file: make it local to change it")
    return linked


class LIKENESS_OT_match_photo_light(LightOperator, bpy.types.Operator):
    """Bring back the light recovered from this face's photo, with strength, rotation and warmth at rest"""

    bl_idname = "likeness.match_photo_light"
    bl_label = "Match Photo"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context) or _disabled_when_linked(cls, active_face(context)):
            return False
        if not any(state_of(active_face(context)).light):
            cls.poll_message_set("This face was made by an earlier version and does not know its photo's light")
            return False
        return True

    def act(self, context: bpy.types.Context) -> str:
        face = active_face(context)
        match_photo(face)
        light_as_photo(context.scene, face, views_asked(context))
        return ""


class LIKENESS_OT_studio_light(LightOperator, bpy.types.Operator):
    """Light this face as in a studio, with strength, rotation and warmth at rest"""

    bl_idname = "likeness.studio_light"
    bl_label = "Studio Light"

    preset: EnumProperty(
        name="Light", items=[(key, light.name, light.description) for key, light in STUDIO_LIGHTS.items()]
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return super().poll(context) and not _disabled_when_linked(cls, active_face(context))

    @classmethod
    def description(cls, context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        return STUDIO_LIGHTS[properties.preset].description

    def act(self, context: bpy.types.Context) -> str:
        face = active_face(context)
        light_face(face, studio_light(STUDIO_LIGHTS[self.preset]))
        light_as_photo(context.scene, face, views_asked(context))
        return ""


CLASSES = (LIKENESS_OT_match_photo_light, LIKENESS_OT_studio_light)
