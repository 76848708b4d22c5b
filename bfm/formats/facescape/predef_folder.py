"""The folder ``predef`` of Detailed3DFace, FaceScape's own code, by the names of its files. Reads nothing."""

from __future__ import annotations

from pathlib import Path

FACES, FRONT, LANDMARKS, MASK = "faces.pkl", "front_face_indices.pkl", "index_68.txt", "front_mask.png"
CORE, IDENTITY = "core_847_50_52.npy", "id_mean.pkl"  # the bilinear model 1.0 to 1.3, which belongs into the folder
POSITIONS_MAP = "posmaps.npz"  # what only the network of all key expressions asks for
NAME = "predef"


def folder_of(path: Path) -> Path:
    """The folder itself where ``path`` is the one that it stands in."""
    return path if is_predef(path) or not is_predef(path / NAME) else path / NAME


def is_predef(path: Path) -> bool:
    """Whether a folder is, by its names, what the networks' texture layout is read from."""
    return (path / MASK).is_file() or (path / FRONT).is_file()


def recognises_predef(path: Path) -> bool:
    """Whether ``path`` is that folder, or the one that it stands in."""
    return is_predef(folder_of(path))


def source_files(path: Path) -> list[Path]:
    """Those of its files that are read."""
    names = (FACES, FRONT, LANDMARKS, MASK, CORE, IDENTITY, POSITIONS_MAP)
    return [folder_of(path) / name for name in names if (folder_of(path) / name).is_file()]
