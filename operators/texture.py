"""Textures: bake again at another size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
from bpy.props import EnumProperty

from ..engine.task import Task
from ..errors import LikenessError
from ..result.choices import FINAL, texture_size
from ..result.folder import read_reconstruction
from ..result.reconstruction import PHOTO_IMAGE
from ..scene.photo_set import other_photos
from ..scene.state import active_face, faces_of, state_of
from ..scene.textures.texture_bake import face_in_photo, replace_maps, write_photo
from . import engine_host
from .job import JobOperator
from .job_folder import FolderTask
from .settings import TEXTURE_SIZES, session


class LIKENESS_OT_rebake_texture(JobOperator, bpy.types.Operator):
    """Make the texture and the wrinkles of this face again from its photo, in another size; all else stays"""

    bl_idname = "likeness.rebake_texture"
    bl_label = "Bake Again"
    bl_options = {"UNDO"}
    job_label = "Bake Again"

    texture_size: EnumProperty(name="Size", items=TEXTURE_SIZES, default="2048", options={"SKIP_SAVE"})
    _face_id = 0

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        reason = _why_not_rebaked(active_face(context))
        if reason:
            cls.poll_message_set(reason)
        return not reason

    def start(self, context: bpy.types.Context) -> Task:
        face = active_face(context)
        self._face_id = face.session_uid  # a duplicate has the same identity
        options = {
            "model": state_of(face).model,
            "quality": FINAL,
            "texture_size": texture_size(self.texture_size),
            "scalp_tint": session(context).scalp_tint,
            "device": session(context).device,
            "face": face_in_photo(face),
        }
        others = [str(photo) for photo in other_photos(face)]
        engine = engine_host.get_engine()

        def bake(folder: Path) -> Task:
            photo = folder / PHOTO_IMAGE
            write_photo(face, photo)
            return engine.submit("reconstruct", photos=[str(photo), *others], out=folder / "maps.likeness", **options)

        return FolderTask(bake)

    def finish(self, context: bpy.types.Context, result: dict[str, Any]) -> None:
        # Another face may have become active while the engine worked.
        face = next((face for face in faces_of(context.scene) if face.session_uid == self._face_id), None)
        if face is None:
            raise LikenessError("The face was removed while its texture was baked.")
        replace_maps(face, read_reconstruction(Path(result["folder"])))
        self.warn(context, result.get("warnings", []))


def _why_not_rebaked(face: bpy.types.Object | None) -> str:
    if face is None:
        return "Select a face first"
    if state_of(face).albedo is None:
        return "This face was made as a draft, without a texture; create it in final quality"
    if state_of(face).photo_image is None:
        return "The photo of this face is no longer in this file"
    return "" if engine_host.find_interpreter() else engine_host.NOT_INSTALLED


CLASSES = (LIKENESS_OT_rebake_texture,)
