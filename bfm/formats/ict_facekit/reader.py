"""From ICT-FaceKit's files, in any of their three forms, to the head of `head.py`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ....errors import LikenessError
from ...source_model import SourceModel
from ..archives import zip_names
from .clone import FILES, commit_of, model_folder, read_folder, read_zip, zipped_folder
from .facekit import WHERE
from .head import source_model
from .packed import read_packed

PACKED_KEYS = {"identity_q.npy", "identity_scale.npy", "expr_ptr.npy"}


def recognises(path: Path) -> bool:
    """Is this ICT-FaceKit: a clone or its FaceXModel folder, a zip of it, or the packed file? Only names are read."""
    return model_folder(path) is not None or (path.is_file() and (_is_packed(path) or zipped_folder(path) is not None))


def read(path: Path) -> SourceModel:
    """The head. Raises `LikenessError` naming the file and what is wrong with it."""
    folder = model_folder(path)
    if folder is not None:
        return source_model(read_folder(folder))
    if path.is_dir() or not path.exists():
        raise LikenessError(f"{path} is no clone of ICT-FaceKit: there is no FaceXModel in it; get it from {WHERE}.")
    if _is_packed(path) or path.suffix.lower() == ".npz":
        return source_model(read_packed(path))
    head = source_model(read_zip(path))
    commit = commit_of(path)
    return replace(head, source=f"{head.source}, commit {commit}") if commit else head


def source_files(path: Path) -> list[Path]:
    """The files whose checksums tell which ICT-FaceKit it was."""
    folder = model_folder(path)
    return [folder / name for name in FILES] if folder is not None else [path]


def _is_packed(path: Path) -> bool:
    return set(zip_names(path) or ()) >= PACKED_KEYS
