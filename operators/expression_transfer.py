"""Expressions of others: read from a photo, copied from another face."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
from bpy.props import EnumProperty, FloatProperty

from ..bfm.library.registry import available_models
from ..engine.task import Task
from ..errors import LikenessError
from ..result.choices import DRAFT, TEXTURE_SIZES
from ..result.file_names import readable
from ..result.folder import read_reconstruction
from ..scene.expressions.expression import expression_of, transfer_expression
from ..scene.expressions.named_expression import named_expression
from ..scene.shape_keys import expression_keys
from ..scene.state import active_face, faces_of, state_of
from . import engine_host, face_search, remembered
from .create import start_reconstruction
from .expression import ExpressionOperator, why_sliders_are_locked
from .job import JobOperator
from .photo import PHOTO_FOLDER, PhotoBrowser
from .settings import session

STRENGTH = FloatProperty(
    name="Strength", description="How far to go towards it", default=1.0, min=0.0, max=1.0, subtype="FACTOR"
)
# Blender keeps no reference to the strings of a list made at run time: they must live on here.
_faces: list[tuple[str, str, str]] = []


def _face_items(_operator: object, context: bpy.types.Context | None) -> list[tuple[str, str, str]]:
    """The scene's other faces, for an enumeration; selected ones first."""
    if context is not None:
        others = sorted(_other_faces(context), key=lambda face: not face.select_get())
        _faces[:] = [(face.name, face.name, f"Copy the expression of {face.name}") for face in others]
    return _faces


def _other_faces(context: bpy.types.Context) -> list[bpy.types.Object]:
    active = active_face(context)
    return [face for face in faces_of(context.scene) if face != active]


def _model_for(face: bpy.types.Object, context: bpy.types.Context) -> str:
    """The face's own model, whose shapes all match, where the engine knows it; else the one chosen for new faces."""
    own = state_of(face).model
    return own if own in available_models() else session(context).model


def _summary(count: int, face: bpy.types.Object, source: str) -> str:
    return f"{count} of {len(expression_keys(face))} sliders of {face.name} follow {source}."


class LIKENESS_OT_expression_from_photo(PhotoBrowser, JobOperator, bpy.types.Operator):
    """Read the expression of a photo, of whomever, and show it with this face"""

    bl_idname = "likeness.expression_from_photo"
    bl_label = "From Photo..."
    bl_options = {"UNDO"}
    job_label = "Expression from Photo"

    strength: STRENGTH

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if reason := why_sliders_are_locked(active_face(context)):
            cls.poll_message_set(reason)
            return False
        if engine_host.find_interpreter() is None:
            cls.poll_message_set(engine_host.NOT_INSTALLED)
            return False
        return super().poll(context)

    def start(self, context: bpy.types.Context) -> Task:
        if not self.filepath:
            raise LikenessError("Choose a photo first.")
        self.filepath = bpy.path.abspath(self.filepath)
        remembered.remember_folder(PHOTO_FOLDER, self.filepath)
        face = active_face(context)
        if reason := why_sliders_are_locked(face):  # a file browser asks `poll` when it opens, not when it closes
            raise LikenessError(f"{reason}.")
        # Another face may be the active one by the time of `finish`, and this one may have another name.
        self._face_uid = face.session_uid
        face_search.stop()
        return start_reconstruction(
            engine_host.get_engine(),
            [Path(self.filepath)],
            model=_model_for(face, context),
            quality=DRAFT,
            texture_size=min(TEXTURE_SIZES),
            device=session(context).device,
            face=None,
        )

    def finish(self, context: bpy.types.Context, result: dict[str, Any]) -> None:
        face = next((face for face in faces_of(context.scene) if face.session_uid == self._face_uid), None)
        if face is None:
            raise LikenessError("The face is no longer in this scene, so the expression of the photo is not used.")
        found = read_reconstruction(Path(result["folder"]))
        values = dict(zip(found.mesh.shape_key_names, found.mesh.expression.tolist(), strict=True))
        count = transfer_expression(values, found.model.get("id", ""), face, self.strength)
        self.report({"INFO"}, _summary(count, face, readable(Path(self.filepath).name)))


class LIKENESS_OT_expression_from_face(ExpressionOperator, bpy.types.Operator):
    """Copy the expression of another face, between different face models by the shapes' names"""

    bl_idname = "likeness.expression_from_face"
    bl_label = "From Face"

    source: EnumProperty(name="Face", description="The face to copy from", items=_face_items)
    strength: STRENGTH

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        if not _other_faces(context):
            cls.poll_message_set("There is no other face in this scene to copy from")
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        others = _other_faces(context)
        chosen = [face for face in others if face.select_get()] or others
        self.source = chosen[0].name
        if len(chosen) == 1:
            return self.execute(context)
        return context.window_manager.invoke_props_dialog(self)

    def change(self, context: bpy.types.Context, face: bpy.types.Object) -> str:
        source = context.scene.objects[self.source]
        model = state_of(source).model
        values = expression_of(source) if model == state_of(face).model else named_expression(source)
        count = transfer_expression(values, model, face, self.strength)
        return _summary(count, face, source.name)


CLASSES = (LIKENESS_OT_expression_from_photo, LIKENESS_OT_expression_from_face)
