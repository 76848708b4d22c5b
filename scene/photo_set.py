"""The photos a face was made from: the main one is in the file, of the others it knows where they were."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import bpy

from .record import recall
from .state import state_of


def remember_photos(face: bpy.types.Object, photos: Sequence[Path]) -> None:
    """Keep where the photos of a new face are; its result says which of them is the main one."""
    told = recall(face).face.get("photos", [])
    main = told[0].get("index", 0) if told else 0
    memory = state_of(face)
    memory.photo = str(photos[main])
    memory.other_photos = json.dumps([str(photo) for index, photo in enumerate(photos) if index != main])


def other_photos(face: bpy.types.Object) -> list[Path]:
    """The photos beside the main one, in the order in which the face was made of them."""
    return [Path(photo) for photo in json.loads(state_of(face).other_photos or "[]")]
