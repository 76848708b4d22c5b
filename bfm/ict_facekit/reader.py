"""From ICT-FaceKit's files, in any of their three forms, to the head of `head.py`."""

from __future__ import annotations

from pathlib import Path

from ..source_model import SourceModel
from .head import source_model
from .packed import read_packed


def recognises(path: Path) -> bool:
    """Is this ICT-FaceKit: a clone or its FaceXModel folder, a zip of it, or the packed file? Names alone are read."""
    return path.suffix == ".npz" and path.name.startswith("ict_facekit")


def read(path: Path) -> SourceModel:
    """The head. Raises `LikenessError` naming the file and what is wrong with it."""
    return source_model(read_packed(path))


def source_files(path: Path) -> list[Path]:
    """The files whose checksums tell which ICT-FaceKit it was."""
    return [path]
