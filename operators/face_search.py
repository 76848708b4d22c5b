"""Looking for faces in the chosen photo while the user goes on; it also warms the engine up for the face to come."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..engine.task import Cancelled, Task
from ..errors import LikenessError
from . import engine_host, thumbnails
from .abandoned_tasks import abandon
from .job import redraw
from .job_folder import FolderTask
from .operator_base import sentence_of
from .settings import session

PERIOD_S = 0.1
LABEL = "The search for faces"  # what the sentence about a fault begins with

# The search goes on until it is through; its folder holds the pictures of the faces until the next search.
_search: Task | None = None
_shown: Task | None = None


def begin(photo: Path) -> None:
    """Start looking for faces in a photo; the session learns what comes of it."""
    global _search
    stop()
    current = session(bpy.context)
    try:
        _search = FolderTask(lambda folder: engine_host.get_engine().submit("find_faces", photo=photo, out=folder))
    except LikenessError as error:
        current.error = sentence_of(error, LABEL)
        return
    current.finding_faces = True
    bpy.app.timers.register(_poll_search, first_interval=PERIOD_S, persistent=True)


def stop() -> None:
    """End the search, if there is one, and delete the pictures of the last one; calling it again is fine."""
    global _search, _shown
    search, _search = _search, None
    shown, _shown = _shown, None
    if search is not None:
        abandon(search)
        session(bpy.context).finding_faces = False
    if shown is not None:
        shown.close()
    if bpy.app.timers.is_registered(_poll_search):
        bpy.app.timers.unregister(_poll_search)


def _poll_search() -> float | None:
    """The timer: ask the search how far it is; seconds until the next time, None where it is over."""
    global _search, _shown
    search = _search
    if search is None:
        return None
    current = session(bpy.context)
    try:
        update = search.poll()
        if not update.finished:
            return PERIOD_S
        _show_faces(update.result["faces"])
        _shown = search
    except Cancelled:
        search.close()
    except Exception as error:
        if not current.others:  # of a set the others may do, and all of them are looked at when the face is made
            current.error = sentence_of(error, LABEL)
        search.close()
    _search = None
    current.finding_faces = False
    redraw(bpy.context)
    return None


def _show_faces(faces: list[dict[str, object]]) -> None:
    current = session(bpy.context)
    current.faces.clear()
    for found in faces:
        current.faces.add().thumbnail = str(found["thumbnail"])
    thumbnails.show_only([current.photo, *(face.thumbnail for face in current.faces)])
