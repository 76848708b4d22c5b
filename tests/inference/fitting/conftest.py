"""The built-in model in double precision."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from likeness.anatomy.landmarks import DENSE, IBUG68
from likeness.bfm.library.registry import load_model
from likeness.inference.fitting import problem
from likeness.inference.fitting.landmark_fit import LandmarkBases
from likeness.inference.fitting.model_tensors import ModelTensors, model_tensors


@pytest.fixture(scope="session")
def tensors() -> ModelTensors:
    return model_tensors(load_model("builtin"), dtype=torch.float64)


@pytest.fixture(scope="session")
def dense(tensors: ModelTensors) -> LandmarkBases:
    return LandmarkBases.of(tensors, DENSE)


@pytest.fixture(scope="session")
def ibug68(tensors: ModelTensors) -> LandmarkBases:
    return LandmarkBases.of(tensors, IBUG68)


@pytest.fixture
def still_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """For landmarks that are exactly the model's: a detector's would wander over the skin."""
    monkeypatch.setattr(problem, "landmark_wander", lambda scheme: np.zeros(scheme.count))
