"""The built-in model in double precision."""

from __future__ import annotations

import pytest
import torch
from likeness.anatomy.landmarks import DENSE, IBUG68
from likeness.bfm.library.registry import load_model
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
