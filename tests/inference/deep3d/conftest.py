"""Deep3D's model from the made-up Basel files, and what the official classes gave for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from likeness.bfm.face_model import FaceModel
from likeness.inference.deep3d.geometry import Deep3DModel, deep3d_model, read_extra


@pytest.fixture(scope="session")
def model(bfm_model: FaceModel, bfm_model_file: Path) -> Deep3DModel:
    return deep3d_model(bfm_model, read_extra(bfm_model_file))


@pytest.fixture(scope="session")
def reference(shared_dir: Path) -> dict[str, np.ndarray]:
    with np.load(shared_dir / "data" / "deep3d_geometry_reference.npz") as archive:
        return dict(archive)
