"""Texture and detail of a face that has its shape: a draft is finished, textures are baked again at another size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
from bpy.props import EnumProperty

from ..engine.task import Task
from ..errors import LikenessError
from ..result.choices import AUTO, texture_size
from ..result.folder import read_reconstruction
from ..result.kept_fit import read_stock_keys, write_fit
from ..result.reconstruction import PHOTO_IMAGE
from ..scene.building.finish import finish_face
from ..scene.photo_set import other_photos
from ..scene.record import fitted_vertices, recall
from ..scene.state import active_face, faces_of, is_draft, state_of
from ..scene.textures.texture_bake import replace_maps, write_photo
from ..scene.wrinkles.controls import groups_of, is_dynamic
from ..scene.wrinkles.give import give_wrinkles
from ..scene.wrinkles.still import bake_still
from . import engine_host, follow
from .job import JobOperator
from .job_folder import FolderTask
from .operator_base import QuickOperator
from .settings import TEXTURE_SIZES, session


class _OfKnownFit(JobOperator):
    """Mix-in: has the engine make the maps of the active face, whose fit stays."""

    texture_size = AUTO
    _face_id = 0

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        face = active_face(context)
        reason = _why_not(face) or cls.why_not_this(face)
        if reason:
            cls.poll_message_set(reason)
        return not reason

    @classmethod
    def why_not_this(cls, face: bpy.types.Object) -> str:
        """Why it cannot be done with a face that has a photo; "" if it can."""
        raise NotImplementedError

    def start(self, context: bpy.types.Context) -> Task:
        face = active_face(context)
        self._face_id = face.session_uid  # a duplicate has the same identity
        options = {
            "texture_size": texture_size(self.texture_size),
            "scalp_tint": session(context).scalp_tint,
            "device": session(context).device,
        }
        others = [str(photo) for photo in other_photos(face)]
        recall(face)  # raises where there is no record
        engine = engine_host.get_engine()

        def make(folder: Path) -> Task:
            photo = folder / PHOTO_IMAGE
            write_photo(face, photo)
            write_fit(folder, state_of(face).record, fitted_vertices(face))
            photos = [str(photo), *others]
            return engine.submit("finish", photos=photos, fit=str(folder), out=str(folder / "made.likeness"), **options)

        return FolderTask(make)

    def finish(self, context: bpy.types.Context, result: dict[str, Any]) -> None:
        # Another face may have become active while the engine worked.
        face = next((face for face in faces_of(context.scene) if face.session_uid == self._face_id), None)
        if face is None:
            raise LikenessError("The face was removed while its texture was made.")
        self.use(face, Path(result["folder"]))
        state_of(face).texture_size = self.texture_size
        follow.follow()
        self.warn(context, result.get("warnings", []))

    def use(self, face: bpy.types.Object, folder: Path) -> None:
        """Give the face what is in the result folder."""
        raise NotImplementedError


class LIKENESS_OT_rebake_texture(_OfKnownFit, bpy.types.Operator):
    """Make the texture and the wrinkles of this face again from its photo, in another size; all else stays"""

    bl_idname = "likeness.rebake_texture"
    bl_label = "Bake Again"
    bl_options = {"UNDO"}
    job_label = "Bake Again"

    texture_size: EnumProperty(name="Size", items=TEXTURE_SIZES, default="2048", options={"SKIP_SAVE"})

    @classmethod
    def why_not_this(cls, face: bpy.types.Object) -> str:
        return "This face is a draft: press Finish Draft" if is_draft(face) else ""

    def use(self, face: bpy.types.Object, folder: Path) -> None:
        result = read_reconstruction(folder)
        replace_maps(face, result)
        give_wrinkles(face, result.wrinkles)


class LIKENESS_OT_finish(_OfKnownFit, bpy.types.Operator):
    """Give this draft its texture, its wrinkles and its light; shape, pose and what you have done with it stay"""

    bl_idname = "likeness.finish"
    bl_label = "Finish Draft"
    bl_options = {"UNDO"}
    job_label = "Finish Draft"

    @classmethod
    def why_not_this(cls, face: bpy.types.Object) -> str:
        return "" if is_draft(face) else "This face has its texture already"

    def start(self, context: bpy.types.Context) -> Task:
        self.texture_size = session(context).texture_size
        return super().start(context)

    def use(self, face: bpy.types.Object, folder: Path) -> None:
        finish_face(face, read_reconstruction(folder), read_stock_keys(folder))


class LIKENESS_OT_bake_still(QuickOperator, bpy.types.Operator):
    """Bake the wrinkles of the expression that this face shows now into its maps, and let them follow no more"""

    bl_idname = "likeness.bake_still"
    bl_label = "Bake Still"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        reason = _why_not_still(active_face(context))
        if reason:
            cls.poll_message_set(reason)  # pyright: ignore[reportAttributeAccessIssue]
        return not reason

    def act(self, context: bpy.types.Context) -> str:
        face = active_face(context)
        bake_still(face)
        return f"{face.name} keeps the wrinkles that it shows now."


def _why_not_still(face: bpy.types.Object | None) -> str:
    if face is None:
        return "Select a face first"
    if linked := _why_not_changed(face):
        return linked
    if face.override_library is not None:
        return "The maps of this face belong to another file: bake them there"
    if not groups_of(face):
        return "This face has no wrinkles that follow its expression"
    return "" if is_dynamic(face) else "The wrinkles do not follow the expression now"


def _why_not_changed(face: bpy.types.Object) -> str:
    if face.library is not None or face.data.library is not None:
        return "This face is linked from another file: make it local to change it"
    return ""


def _why_not(face: bpy.types.Object | None) -> str:
    if face is None:
        return "Select a face first"
    if linked := _why_not_changed(face):
        return linked
    if state_of(face).photo_image is None:
        return "The photo of this face is no longer in this file"
    return "" if engine_host.find_interpreter() else engine_host.NOT_INSTALLED


CLASSES = (LIKENESS_OT_rebake_texture, LIKENESS_OT_finish, LIKENESS_OT_bake_still)
