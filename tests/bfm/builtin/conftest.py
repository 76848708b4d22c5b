"""The built-in model and its landmarks."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.registry import load_model


@pytest.fixture(scope="session")
def model() -> FaceModel:
    return load_model("builtin")


@pytest.fixture(scope="session")
def points(model: FaceModel) -> np.ndarray:
    """The dense landmarks (478, 3) of the mean."""
    return model.dense_points(model.mean.astype(np.float64))
