"""Choosing the photo and the face in it, or several photos of one person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bpy
from bpy.props import BoolProperty, CollectionProperty, EnumProperty, IntProperty, StringProperty

from ..result.file_names import readable
from ..result.photo_formats import PHOTO_SUFFIXES
from . import engine_host, face_search, remembered, thumbnails
from .job import redraw, running_label
from .recent import add_recent, is_photo, read_recent
from .settings import LARGEST_FACE, photo_listeners, session, show_own_choices, user_folder

RECENT_NAME = "recent.json"
PHOTO_FOLDER = "photo_folder"  # is remembered
FILE_BROWSER_THUMBNAILS = 3  # Blender's number for the file browser's display as pictures

_recent: list[str] = []


def recent_photos() -> tuple[str, ...]:
    """The photos used last, newest first, as they were when Blender started or the last one was chosen."""
    return tuple(_recent)


def photo_label(path: str) -> str:
    """What a photo is called where it can be chosen."""
    return readable(Path(path).name)


class PhotoBrowser:
    """Mix-in for operators that ask for a photo with the file browser; put it before `bpy.types.Operator`."""

    filepath: StringProperty(name="Photo", subtype="FILE_PATH", options={"SKIP_SAVE"})
    # Not Blender's own idea of an image, which has files that are no photos, and lacks some that are.
    filter_glob: StringProperty(
        default=";".join(f"*{suffix}" for suffix in PHOTO_SUFFIXES), options={"HIDDEN", "SKIP_SAVE"}
    )
    filter_folder: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    display_type: EnumProperty(
        items=(("THUMBNAIL", "Thumbnails", "", FILE_BROWSER_THUMBNAILS),), options={"HIDDEN", "SKIP_SAVE"}
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        self.filepath = self.filepath or remembered.recall_folder(PHOTO_FOLDER)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def draw(self, context: bpy.types.Context) -> None:
        """No options beside the files: they stand in the panel."""


class PhotosBrowser(PhotoBrowser):
    """The same where several photos of one person may be chosen."""

    directory: StringProperty(subtype="DIR_PATH", options={"HIDDEN", "SKIP_SAVE"})
    files: CollectionProperty(type=bpy.types.OperatorFileListElement, options={"HIDDEN", "SKIP_SAVE"})

    def chosen_photos(self) -> list[str]:
        """The paths chosen, ``filepath`` first; Blender names it once more among ``files``."""
        paths = [str(Path(self.directory) / file.name) for file in self.files if file.name]
        first = [self.filepath] if self.filepath else []
        return list(dict.fromkeys(bpy.path.abspath(path) for path in (*first, *paths)))


def choose_photos(context: bpy.types.Context, paths: Sequence[str]) -> None:
    """Make a face from these photos of one person; the first is shown."""
    current = session(context)
    current.photo = paths[0]
    for path in paths[1:]:
        current.others.add().path = path


def session_photos(context: bpy.types.Context) -> list[str]:
    """The photos that a face is to be made from; none where none is chosen."""
    current = session(context)
    paths = [current.photo, *(other.path for other in current.others)] if current.photo else []
    return [bpy.path.abspath(path) for path in paths]


class LIKENESS_OT_choose_photo(PhotosBrowser, bpy.types.Operator):
    """Choose the photo to make a face from, or several photos of one person"""

    bl_idname = "likeness.choose_photo"
    bl_label = "Choose Photo"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        choose_photos(context, self.chosen_photos() or [""])
        return {"FINISHED"}


class LIKENESS_OT_choose_face(bpy.types.Operator):
    """Make the face of this person"""

    bl_idname = "likeness.choose_face"
    bl_label = "Choose Face"
    bl_options = {"INTERNAL"}

    index: IntProperty(min=0, options={"SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        session(context).face = self.index
        return {"FINISHED"}


class LIKENESS_OT_dismiss_error(bpy.types.Operator):
    """Take the message away"""

    bl_idname = "likeness.dismiss_error"
    bl_label = "Dismiss"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        session(context).error = session(context).warning = ""
        return {"FINISHED"}


def _photo_changed() -> None:
    current = session(bpy.context)
    current.face = LARGEST_FACE
    current.others.clear()
    current.faces.clear()
    current.error = current.warning = ""
    show_own_choices()
    face_search.stop()
    # What follows starts processes and reads files: not while Blender is in the middle of setting a property.
    if not bpy.app.background and not bpy.app.timers.is_registered(look_at_photo):
        bpy.app.timers.register(look_at_photo, first_interval=0.0)


def look_at_photo() -> None:
    """Show the chosen photo, remember it and look for the faces in it."""
    current = session(bpy.context)
    photo = bpy.path.abspath(current.photo)
    if not photo:
        thumbnails.show_only(())
    elif not is_photo(photo):
        current.error = readable(f"There is no photo at '{photo}'.")
    else:
        thumbnails.show_only((current.photo,))
        _recent[:] = add_recent(user_folder() / RECENT_NAME, photo)
        remembered.remember_folder(PHOTO_FOLDER, photo)
        if not running_label() and engine_host.find_interpreter() is not None:
            face_search.begin(Path(photo))
    redraw(bpy.context)


def register() -> None:
    """Follow the choice of the photo."""
    _recent[:] = read_recent(user_folder() / RECENT_NAME)
    photo_listeners.append(_photo_changed)


def unregister() -> None:
    """Stop following, and looking for faces."""
    photo_listeners.remove(_photo_changed)
    face_search.stop()
    if bpy.app.timers.is_registered(look_at_photo):
        bpy.app.timers.unregister(look_at_photo)


CLASSES = (LIKENESS_OT_choose_photo, LIKENESS_OT_choose_face, LIKENESS_OT_dismiss_error)
