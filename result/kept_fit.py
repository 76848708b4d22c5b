"""A fit as it is kept beside what was made of it, so that texture and detail can be made of it again.

numpy and the standard library only: Blender's own Python writes it with this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import LikenessError
from ..geometry.arrays import Floats
from .face_file import FACE_FILE, read_face

VERTICES_FILE = "vertices.npy"


@dataclass(frozen=True)
class KeptFit:
    """The shape that was fitted to a photo, and all numbers that go with it."""

    face: dict[str, Any]  # the content of face.json
    vertices: Floats  # (V, 3) metres, the neutral identity; behind the model's own may come those of a mouth's lining


def write_fit(folder: Path, face_text: str, vertices: Floats) -> None:
    """Write a fit, whose ``face.json`` is ``face_text``, into a folder. Raises `LikenessError`."""
    try:
        (folder / FACE_FILE).write_text(face_text, encoding="utf-8")
        np.save(folder / VERTICES_FILE, vertices, allow_pickle=False)
    except OSError as error:
        raise LikenessError(f"{folder} cannot be written ({error.strerror or error}).") from error


def read_fit(folder: Path) -> KeptFit:
    """Read what `write_fit` has written. Raises `LikenessError`."""
    face = read_face(folder / FACE_FILE)
    try:
        return KeptFit(face, np.load(folder / VERTICES_FILE, allow_pickle=False))
    except (OSError, ValueError) as error:
        raise LikenessError(f"{folder / VERTICES_FILE} cannot be read ({error}).") from error
