"""Create Face: the engine makes a result folder of the photos, and the scene gets the face in one undo step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty

from ..engine.task import Task
from ..errors import LikenessError
from ..result.choices import AUTO, texture_size
from ..result.photo_formats import PHOTO_SUFFIXES
from ..scene.building.build import build_face
from ..scene.photo_set import first_used, remember_photos
from ..scene.setup.photo import WHEN_EMPTY
from ..scene.state import state_of
from . import engine_host, face_search
from .job import JobOperator
from .job_folder import FolderTask
from .photo import PhotosBrowser, choose_photos, session_photos
from .scene_setup import SET_UP, chosen_set_up
from .settings import (
    DEVICES,
    LARGEST_FACE,
    QUALITIES,
    RELIEFS,
    SCALP_TINT,
    SHAPES,
    TEXTURE_SIZES,
    model_items,
    session,
)

# What a face remembers of how it was made, beside its model, its photos and what one sees of it.
FACE_CHOICES = ("texture_size", "scalp_tint")


class LIKENESS_OT_create(PhotosBrowser, JobOperator, bpy.types.Operator):
    """Make a rigged, textured 3D face of the photo, or of several photos of one person"""

    bl_idname = "likeness.create"
    bl_label = "Create Face"
    bl_options = {"UNDO"}
    job_label = "Create Face"

    face: IntProperty(name="Face", default=LARGEST_FACE, min=LARGEST_FACE, options={"SKIP_SAVE"})
    model: EnumProperty(name="Model", items=model_items, options={"SKIP_SAVE"})
    quality: EnumProperty(name="Quality", items=QUALITIES, options={"SKIP_SAVE"})
    texture_size: EnumProperty(name="Texture", items=TEXTURE_SIZES, default=AUTO, options={"SKIP_SAVE"})
    scalp_tint: BoolProperty(name="Tint Scalp", description=SCALP_TINT, default=True, options={"SKIP_SAVE"})
    shape: EnumProperty(name="Shape", items=SHAPES, options={"SKIP_SAVE"})
    relief: EnumProperty(name="Wrinkles", items=RELIEFS, options={"SKIP_SAVE"})
    device: EnumProperty(name="Device", items=DEVICES, options={"SKIP_SAVE"})
    set_up: SET_UP

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        if engine_host.find_interpreter() is None:
            cls.poll_message_set(engine_host.NOT_INSTALLED)
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if self.chosen_photos() or session(context).photo:
            return JobOperator.invoke(self, context, event)
        return PhotosBrowser.invoke(self, context, event)

    def start(self, context: bpy.types.Context) -> Task:
        current = session(context)
        chosen = self.chosen_photos()
        if chosen and chosen != session_photos(context):
            choose_photos(context, chosen)
        if not current.photo:
            raise LikenessError("Choose a photo first.")
        face_search.stop()
        face = self._chosen("face", context)
        self._photos = session_photos(context)  # the session may know others by the time of `finish`
        self._made_with = {name: self._chosen(name, context) for name in FACE_CHOICES}
        return start_reconstruction(
            engine_host.get_engine(),
            [Path(photo) for photo in self._photos],
            model=self._chosen("model", context),
            quality=self._chosen("quality", context),
            texture_size=texture_size(self._made_with["texture_size"]),
            scalp_tint=self._made_with["scalp_tint"],
            shape=self._chosen("shape", context),
            relief=self._chosen("relief", context),
            device=self._chosen("device", context),
            face=None if face == LARGEST_FACE or len(self._photos) > 1 else face,
        )

    def finish(self, context: bpy.types.Context, result: dict[str, Any]) -> None:
        photos = [Path(photo).absolute() for photo in self._photos]
        face = build(Path(result["folder"]), photos, chosen_set_up(self, context))
        for name, value in self._made_with.items():
            setattr(state_of(face), name, value)
        self.warn(context, result.get("warnings", []))

    def _chosen(self, name: str, context: bpy.types.Context) -> Any:
        """What the caller asked for, else the choice of the session."""
        return getattr(self if self.properties.is_property_set(name) else session(context), name)


def start_reconstruction(engine: engine_host.Engine, photos: Sequence[Path], **options: Any) -> Task:
    """Have a result folder made of photos, gone when the task is closed; ``options`` as the engine knows them."""
    paths = [str(photo.absolute()) for photo in photos]
    name = "face.likeness"  # not after a photo, whose name may be as long as names can be
    return FolderTask(lambda folder: engine.submit("reconstruct", photos=paths, out=folder / name, **options))


def build(folder: Path, photos: Sequence[Path], choice: str = WHEN_EMPTY) -> bpy.types.Object:
    """The face of a result folder, named after the first photo that was used. Raises `LikenessError`."""
    face = build_face(folder, first_used(folder, photos).stem, choice)
    remember_photos(face, photos)  # the copy in the result folder goes with it
    return face


class LIKENESS_FH_photo(bpy.types.FileHandler):
    """An image dropped into a 3D view can become a face; Blender offers it beside its own reference image"""

    bl_idname = "LIKENESS_FH_photo"
    bl_label = "Face from Photo"
    bl_import_operator = LIKENESS_OT_create.bl_idname
    bl_file_extensions = ";".join(PHOTO_SUFFIXES)

    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        return context.area is not None and context.area.type == "VIEW_3D"


CLASSES = (LIKENESS_OT_create, LIKENESS_FH_photo)
