"""`FaceScapeLayout`: the texture layout of FaceScape's networks, on the mean face of its mesh, kept in the library."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...bfm.library.networks import FACESCAPE_LAYOUT, known_network
from ...bfm.library.store import models_folder
from ...bfm.source_model import SourceModel
from ...errors import LikenessError
from ...geometry.arrays import Bools, Floats, Floats32, Ints
from ...geometry.faces import NO_CORNER

FILE, POSITIONS_FILE = "layout.npz", "positions.npy"
INPUT_SIDE = 1024  # pixels of what the networks see
EXPRESSIONS = 20  # key expressions, the neutral face first
_NAME = known_network(FACESCAPE_LAYOUT).name
POSITIONS = (3 * EXPRESSIONS, INPUT_SIDE, INPUT_SIDE)  # three numbers a pixel of each expression's surface


@dataclass(frozen=True, eq=False)
class FaceScapeLayout:
    """Where the networks see what of a face. V vertices, T triangles, U texture points."""

    vertices: Floats  # (V, 3) metres, the mean face
    triangles: Ints  # (T, 3)
    uv: Floats  # (U, 2)
    triangles_uv: Ints  # (T, 3)
    front: Ints  # (F,) the triangles that are cut out of a photo
    landmarks68: Ints  # (68,)
    mask: Bools  # (1024, 1024): face, whose colours are brought to those of FaceScape

    def source(self) -> SourceModel:
        """The mean face as a model without modes, for laying it over others."""
        nothing = np.zeros((0, *self.vertices.shape))
        return SourceModel(
            id=FACESCAPE_LAYOUT,
            name="FaceScape",
            source="",
            licence="",
            mean=self.vertices,
            faces=np.pad(self.triangles, ((0, 0), (0, 1)), constant_values=NO_CORNER),
            identity_basis=nothing,
            expression_basis=nothing,
            expression_names=(),
            expression_ranges=np.zeros((0, 2)),
            expression_std=np.zeros(0),
            landmarks68=self.landmarks68,
        )

    def save(self, folder: Path, positions: Floats32 | None) -> None:
        """Write it, and the surfaces of the key expressions where they are known."""
        np.savez_compressed(folder / FILE, **{field.name: getattr(self, field.name) for field in fields(self)})
        if positions is not None:
            np.save(folder / POSITIONS_FILE, positions)


def check_layout(folder: Path) -> None:
    """Raise `LikenessError` where what `FaceScapeLayout.save` wrote cannot be read."""
    _load(folder)
    if (folder / POSITIONS_FILE).is_file():
        _positions(folder)


def _load(folder: Path) -> FaceScapeLayout:
    try:
        with np.load(folder / FILE, allow_pickle=False) as archive:
            return FaceScapeLayout(**{field.name: archive[field.name] for field in fields(FaceScapeLayout)})
    except Exception as error:  # whatever a damaged archive leads zipfile and NumPy into
        raise LikenessError(f"{folder / FILE} cannot be read: add {_NAME} again.") from error


def _positions(folder: Path) -> NDArray[Any]:
    """(60, 1024, 1024) on the disk."""
    file = folder / POSITIONS_FILE
    try:
        found = np.load(file, mmap_mode="r", allow_pickle=False)
        if found.shape == POSITIONS:
            return found
    except Exception as error:
        raise LikenessError(f"{file} cannot be read: add {_NAME} again.") from error
    raise LikenessError(f"{file} is another file: add {_NAME} again.")


def library_layout() -> FaceScapeLayout:
    """The layout of the user's library, read once. Raises `LikenessError`."""
    file = _folder() / FILE
    return _kept(_folder(), file.stat().st_mtime_ns if file.exists() else 0)


@lru_cache(maxsize=1)
def _kept(folder: Path, _changed: int) -> FaceScapeLayout:
    return _load(folder)


def has_positions() -> bool:
    """Whether the surfaces of the key expressions are in the library, which the network of all of them needs."""
    return (_folder() / POSITIONS_FILE).is_file()


def positions_of(expression: int) -> NDArray[Any]:
    """(3, 1024, 1024) what the network is told of the surface of a key expression."""
    return np.array(_positions(_folder())[3 * expression : 3 * expression + 3], np.float32)


def _folder() -> Path:
    return models_folder() / FACESCAPE_LAYOUT
