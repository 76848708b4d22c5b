"""ICT-FaceKit packed into one ``.npz``: 16-bit deltas with one scale per mode, expressions sparse."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ....errors import LikenessError
from ....geometry.arrays import Floats, Ints
from .facekit import EXPRESSIONS, MODES, VERTICES, WHERE, FaceKit, check_mesh

NO_CORNER = 65535
LARGEST = 1 << 26  # bytes, unpacked; the file's own are 20 million
# What the standard library and NumPy raise for bytes that are no such archive, or for arrays of other shapes.
UNREADABLE = (
    ValueError, OSError, EOFError, IndexError, TypeError, MemoryError, OverflowError, NotImplementedError, RuntimeError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
KEYS = (
    "neutral", "faces", "faces_uv", "uv", "identity_q", "identity_scale",
    "expr_names", "expr_ptr", "expr_idx", "expr_q", "expr_scale",
)  # fmt: skip


def read_packed(path: Path) -> FaceKit:
    """The kit of a packed file. Raises `LikenessError`: unreadable, pickled, truncated, or another file's arrays."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > LARGEST:
                raise ValueError("it would unpack to more than it can hold")
        with np.load(path, allow_pickle=False) as archive:
            kit = _unpack({key: archive[key] for key in KEYS})
        check_mesh(kit.neutral, kit.faces, kit.uv, kit.faces_uv, str(path))
        return kit
    except KeyError as error:
        raise LikenessError(f"{path} is not a packed ICT-FaceKit: it lacks {error.args[0]}.") from error
    except UNREADABLE as error:
        raise LikenessError(f"{path} is damaged or no packed ICT-FaceKit ({error}); get it from {WHERE}.") from error


def _unpack(arrays: Mapping[str, np.ndarray]) -> FaceKit:
    names = [str(name) for name in arrays["expr_names"]]
    absent = [name for name in EXPRESSIONS if name not in names]
    if absent:
        raise ValueError(f"no expression {absent[0]}")
    if arrays["identity_q"].shape != (MODES, VERTICES, 3) or arrays["identity_scale"].shape != (MODES,):
        raise ValueError(f"identity modes of shape {arrays['identity_q'].shape}")
    identity = arrays["identity_q"].astype(np.float32) * arrays["identity_scale"].astype(np.float32)[:, None, None]
    return FaceKit(
        neutral=arrays["neutral"].astype(np.float32),
        faces=_corners(arrays["faces"]),
        uv=arrays["uv"].astype(np.float32),
        faces_uv=_corners(arrays["faces_uv"]),
        identity=identity,
        expressions=np.stack([_expression(arrays, names.index(name)) for name in EXPRESSIONS]),
    )


def _corners(packed: np.ndarray) -> Ints:
    return np.where(packed == NO_CORNER, -1, packed.astype(np.int32)).astype(np.int32)


def _expression(arrays: Mapping[str, np.ndarray], k: int) -> Floats:
    """(26719, 3) cm of the k-th expression of the file."""
    rows = slice(int(arrays["expr_ptr"][k]), int(arrays["expr_ptr"][k + 1]))
    delta = np.zeros((VERTICES, 3), np.float32)
    delta[arrays["expr_idx"][rows]] = arrays["expr_q"][rows].astype(np.float32) * np.float32(arrays["expr_scale"][k])
    return delta
