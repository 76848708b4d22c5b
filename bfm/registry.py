"""The face models at hand, by id."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import LikenessError
from .face_model import FaceModel, load_face_model

_FILES = {"builtin": Path(__file__).parent / "builtin" / "model.npz"}


def available_models() -> tuple[str, ...]:
    """Ids that `load_model` knows."""
    return tuple(_FILES)


@cache
def load_model(model_id: str) -> FaceModel:
    """The model of an id, read once. Raises `LikenessError` for an unknown id or an unreadable file."""
    if model_id not in _FILES:
        raise LikenessError(f"There is no face model {model_id!r}; known are: {', '.join(_FILES)}.")
    return load_face_model(_FILES[model_id])


def expressions_for(model: FaceModel, neutral: NDArray[np.floating]) -> NDArray[np.floating]:
    """The model's expressions (E, V, 3) for one neutral face (V, 3), metres at slider 1.0.

    A linear basis serves every face alike; the built-in model makes the keys anew that must close exactly on a face.
    """
    if model.id != "builtin":
        return np.asarray(model.expression_basis)
    from .builtin.personal import personal_expressions

    return personal_expressions(model, np.asarray(neutral))
