"""Correspondences of complete models, each laid under the built-in one once and remembered in the library's folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from ...replacing import fresh_file
from ..builtin.loading import builtin_model
from ..face_model import FaceModel
from ..source_model import SourceModel
from ..transfer.correspondence import Correspondence, Overlay, composed, identical
from ..transfer.expressions import lay_builtin
from .networks import FACESCAPE_LAYOUT
from .store import models_folder

FOLDER = ".correspondences"
REMEMBERED = frozenset({FACESCAPE_LAYOUT})  # faces without modes that are always the same
LAYING_VERSION = 3  # to be raised when a change of the registration makes the remembered ones stale


def correspondence(a: FaceModel | SourceModel, b: FaceModel | SourceModel) -> Correspondence:
    """Every vertex of ``a`` on ``b``'s mean surface; by way of the built-in model, which is laid over both.

    Either may be a single face, which is a model without modes.
    """
    if fingerprint(a) == fingerprint(b):
        return identical(len(a.mean))
    builtin = builtin_model()
    own = fingerprint(builtin)
    if fingerprint(a) == own:
        return laid_builtin(b).onto
    if fingerprint(b) == own:
        return laid_builtin(a).back
    return composed(laid_builtin(a).back, laid_builtin(b).onto)


def laid_builtin(model: FaceModel | SourceModel) -> Overlay:
    """The built-in model over another, from the library's folder if it was laid there before."""
    if isinstance(model, SourceModel) and model.id not in REMEMBERED:  # single faces, of which there is no end
        return lay_builtin(model)
    builtin = builtin_model()
    key = f"{LAYING_VERSION}-{fingerprint(builtin)}-{fingerprint(model)}"
    path = models_folder() / FOLDER / f"{builtin.id}--{model.id}.npz"
    found = _read(path, key)
    if found is None:
        found = lay_builtin(model)
        _write(path, key, found)
    return found


def fingerprint(model: FaceModel | SourceModel) -> str:
    """What a laying depends on, as a checksum: mean, faces, parts, landmarks."""
    digest = hashlib.sha256()
    for array in (model.mean, model.faces, model.face_parts, model.landmarks68):
        digest.update(b"" if array is None else np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]


def _read(path: Path, key: str) -> Overlay | None:
    """The laying in a file; None where there is none, or it is of other models, or it cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            if str(archive["key"]) != key:
                return None
            onto, back = (
                Correspondence(
                    archive[f"{name}_triangles"],
                    archive[f"{name}_weights"].astype(np.float64),
                    archive[f"{name}_distance"].astype(np.float64),
                    int(archive[f"{name}_count"]),
                )
                for name in ("onto", "back")
            )
            return Overlay(archive["laid"].astype(np.float64), onto, back)
    except Exception:  # whatever a damaged archive leads zipfile and NumPy into: it is made anew
        return None


def _write(path: Path, key: str, laying: Overlay) -> None:
    """Remember a laying; a folder that cannot be written costs the next one its time, nothing else."""
    arrays = {"key": np.array(key), "laid": laying.laid.astype(np.float32)}
    for name, part in (("onto", laying.onto), ("back", laying.back)):
        arrays |= {
            f"{name}_triangles": part.triangles.astype(np.int32),
            f"{name}_weights": part.weights.astype(np.float32),
            f"{name}_distance": part.distance.astype(np.float32),
            f"{name}_count": np.array(part.count),
        }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with fresh_file(path) as fresh:
            np.savez_compressed(fresh, **arrays)  # pyright: ignore[reportArgumentType]
    except OSError:
        return
