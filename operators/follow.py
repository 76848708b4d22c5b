"""The Photo panel follows the active face: its photos and what it was made with, and what comes next is made so too."""

from __future__ import annotations

import contextlib

import bpy

from ..errors import LikenessError
from ..result.choices import AUTO, DRAFT, FINAL
from ..scene.photo_set import other_photos
from ..scene.record import recall
from ..scene.state import active_face, is_draft, state_of
from . import face_search, thumbnails
from .job import redraw
from .library_state import model_names
from .photo import session_photos
from .recent import is_photo
from .settings import LARGEST_FACE, quietly, session

_owner = object()  # of the subscriptions
_followed: tuple[object, ...] = ()  # what is shown of the active face; empty where no face is


def follow() -> None:
    """Show the face that is active by now, if it is another one than before, or made otherwise."""
    global _followed
    face, before = active_face(bpy.context), _followed
    _followed = _made(face) if face is not None else ()
    if face is not None and _followed != before:
        _show(face)


def _made(face: bpy.types.Object) -> tuple[object, ...]:
    memory = state_of(face)
    return face.session_uid, memory.photo, is_draft(face), memory.texture_size, memory.scalp_tint


def _show(face: bpy.types.Object) -> None:
    """Choose the photos and the settings of a face; what the user has chosen for new faces stays remembered."""
    current, memory = session(bpy.context), state_of(face)
    photos = [memory.photo, *(str(photo) for photo in other_photos(face))]
    with quietly():
        if memory.photo and photos != session_photos(bpy.context):
            face_search.stop()
            current.photo, current.error = memory.photo, ""
            current.faces.clear()
            current.others.clear()
            for path in photos[1:]:
                current.others.add().path = path
            thumbnails.show_only((memory.photo,) if is_photo(memory.photo) else ())
        current.face = _index(face)
        current.quality = DRAFT if is_draft(face) else FINAL
        current.scalp_tint = memory.scalp_tint
        with contextlib.suppress(TypeError):  # a size of another version
            current.texture_size = memory.texture_size or AUTO
        if memory.model in model_names():
            current.model = memory.model
    redraw(bpy.context)


def _index(face: bpy.types.Object) -> int:
    """Which face of its photo a face is."""
    try:
        index = recall(face).face["landmarks"].get("face")
    except LikenessError:
        return LARGEST_FACE
    return LARGEST_FACE if index is None else index


def _subscribe() -> None:
    """Be told when another object becomes the active one; a file that is opened ends all subscriptions."""
    bpy.msgbus.clear_by_owner(_owner)
    for key in ((bpy.types.LayerObjects, "active"), (bpy.types.Window, "scene"), (bpy.types.Window, "view_layer")):
        bpy.msgbus.subscribe_rna(key=key, owner=_owner, args=(), notify=follow)


@bpy.app.handlers.persistent
def _file_is_loaded(_file: str) -> None:
    global _followed
    _followed = ()
    _subscribe()
    follow()


@bpy.app.handlers.persistent
def _went_back_or_forth(_scene: bpy.types.Scene) -> None:
    follow()


_HANDLERS = (
    (bpy.app.handlers.load_post, _file_is_loaded),
    (bpy.app.handlers.undo_post, _went_back_or_forth),
    (bpy.app.handlers.redo_post, _went_back_or_forth),
)


def register() -> None:
    """Begin to follow; after the settings, whose choices the file's face has the last word on."""
    global _followed
    _followed = ()
    _subscribe()
    for handlers, handler in _HANDLERS:
        handlers.append(handler)


def unregister() -> None:
    """Stop following."""
    bpy.msgbus.clear_by_owner(_owner)
    for handlers, handler in _HANDLERS:
        handlers.remove(handler)


CLASSES: tuple[type[bpy.types.bpy_struct], ...] = ()
