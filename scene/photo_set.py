"""The photos a face was made from: the main one is in the file, of the others it knows where they were.

Photos that were given and could not be used are none of them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import bpy

from ..result.face_file import read_face
from ..result.file_names import FACE_FILE
from .record import recall
from .state import state_of


def first_used(folder: Path, photos: Sequence[Path]) -> Path:
    """The first of the photos given that a result was made of. Raises `LikenessError` for a damaged result."""
    told = read_face(folder / FACE_FILE).get("photos", [])
    return photos[min((photo.get("index", place) for place, photo in enumerate(told)), default=0)]


def remember_photos(face: bpy.types.Object, photos: Sequence[Path]) -> None:
    """Keep where the photos of a new face are; its result says which of those given were used, the main one first."""
    told = recall(face).face.get("photos", [])
    main, *others = [photo.get("index", place) for place, photo in enumerate(told)] or range(len(photos))
    memory = state_of(face)
    memory.photo = str(photos[main])
    memory.other_photos = json.dumps([str(photos[index]) for index in others])


def other_photos(face: bpy.types.Object) -> list[Path]:
    """The photos beside the main one, in the order in which the face was made of them."""
    return [Path(photo) for photo in json.loads(state_of(face).other_photos or "[]")]
