"""The face models at hand, by id: the built-in one and those of the user's library."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from ...errors import LikenessError
from ...geometry.arrays import Floats
from ..builtin.loading import BUILTIN_FILE, builtin_model
from ..face_model import FaceModel, load_face_model
from ..model_ids import BUILTIN
from .store import MODEL_FILE, installed, models_folder


def available_models() -> dict[str, str]:
    """Name by id of every model that `load_model` knows, the built-in one first."""
    brought = {record.id: record.name for record in installed().values() if record.kind == "model"}
    return {BUILTIN: "Built-in", **brought}


def model_file(model_id: str) -> Path:
    """The file of a model. Raises `LikenessError` for an unknown id."""
    known = available_models()
    if model_id not in known:
        raise LikenessError(
            f"There is no face model {model_id!r}; known are: {', '.join(known)} (`likeness models` brings others)."
        )
    return BUILTIN_FILE if model_id == BUILTIN else models_folder() / model_id / MODEL_FILE


def load_model(model_id: str) -> FaceModel:
    """The model of an id; the built-in one and the latest two of the library are kept.

    Args:
        model_id: ``builtin``, or a model that `likeness models` lists.

    Raises:
        LikenessError: the id is unknown, or the file unreadable.

    Example:
        >>> import likeness
        >>> model = likeness.load_model("builtin")
        >>> model.mean.shape == (len(model.mean), 3)  # metres
        True
        >>> "jawOpen" in model.expression_names
        True
    """
    if model_id == BUILTIN:
        return builtin_model()
    path = model_file(model_id)
    return _load(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=2)
def _load(path: Path, _changed: int) -> FaceModel:
    return load_face_model(path)


def expressions_for(model: FaceModel, neutral: Floats) -> Floats:
    """The model's expressions (E, V, 3) for one neutral face (V, 3), metres at slider 1.0.

    A linear basis serves every face alike; the built-in model makes the keys anew that must close exactly on a face,
    and a bilinear model has keys for each identity.
    """
    if model.id == BUILTIN:
        from ..builtin.blink import personal_expressions

        return personal_expressions(model, np.asarray(neutral))
    path = models_folder() / model.id / MODEL_FILE
    if not path.is_file():
        return np.asarray(model.expression_basis)
    return _expressions_by_identity(path, model, neutral)


def _expressions_by_identity(path: Path, model: FaceModel, neutral: Floats) -> Floats:
    from ..formats.facescape.personal_keys import BY_IDENTITY, personal_expressions

    with np.load(path, allow_pickle=False) as archive:
        if BY_IDENTITY not in archive:
            return np.asarray(model.expression_basis)
        return personal_expressions(model, neutral, archive[BY_IDENTITY])
