"""A fit as it is kept beside what was made of it, so that texture and detail can be made of it again.

numpy and the standard library only: Blender's own Python writes it with this module.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import LikenessError
from ..geometry.arrays import Floats
from .face_file import FACE_FILE, read_face
from .reconstruction import Mesh

VERTICES_FILE = "vertices.npy"
STOCK_KEYS_FILE = "stock_keys.npy"
SAME_KEY = 1e-6  # metres by which a key that nobody has edited differs from its model's own


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
    return KeptFit(read_face(folder / FACE_FILE), _read(folder / VERTICES_FILE))


def write_stock_keys(folder: Path, deltas: Floats) -> None:
    """Write the keys (K, V, 3) that a model has for everybody, in metres, into a folder. Raises `LikenessError`."""
    try:
        np.save(folder / STOCK_KEYS_FILE, np.asarray(deltas, np.float32), allow_pickle=False)
    except OSError as error:
        raise LikenessError(f"{folder} cannot be written ({error.strerror or error}).") from error


def read_stock_keys(folder: Path) -> Floats:
    """Read what `write_stock_keys` has written. Raises `LikenessError`."""
    return _read(folder / STOCK_KEYS_FILE)


def finished_keys(mesh: Mesh, made: Mesh, stock: Floats) -> Mesh:
    """``mesh``, of a draft, with the keys of ``made``, which is the same face finished; one that was edited stays.

    ``stock`` (K, V, 3) are the model's own keys, in the order of those of ``made``.
    """
    known = {
        name: (own, new) for name, own, new in zip(made.shape_key_names, stock, made.shape_key_deltas, strict=True)
    }
    deltas = [
        known[name][1] if name in known and is_stock(delta, known[name][0]) else delta
        for name, delta in zip(mesh.shape_key_names, mesh.shape_key_deltas, strict=True)
    ]
    return replace(mesh, shape_key_deltas=np.array(deltas).reshape(mesh.shape_key_deltas.shape))


def is_stock(own: Floats, stock: Floats) -> bool:
    """Whether a face's key (V, 3) is its model's own still, or somebody has edited it."""
    return own.shape == stock.shape and bool(np.abs(own - stock).max(initial=0.0) < SAME_KEY)


def _read(path: Path) -> Floats:
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise LikenessError(f"{path} cannot be read ({error}).") from error
