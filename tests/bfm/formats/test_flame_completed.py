"""FLAME made complete: its own jaw and gaze stay, lids and all other named expressions come with the built-in face."""

from __future__ import annotations

import flame_files
import numpy as np
import pytest
from likeness.anatomy.arkit import ARKIT_NAMES
from likeness.anatomy.landmarks import INNER_LIP_LOOP
from likeness.bfm.face_model import FaceModel
from likeness.bfm.formats.flame import reader
from likeness.bfm.library.checking import faults_of
from likeness.bfm.library.registry import load_model
from likeness.bfm.source_model import SourceModel
from likeness.bfm.transfer.completing import complete


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> SourceModel:
    return reader.read(flame_files.write_flame(tmp_path_factory.mktemp("flame") / "generic_model.pkl"))


@pytest.fixture(scope="module")
def model(source: SourceModel) -> FaceModel:
    return complete(source)


def _key(model: FaceModel | SourceModel, name: str) -> np.ndarray:
    return model.expression_basis[model.expression_names.index(name)]


def test_every_arkit_name_once(model: FaceModel) -> None:
    named = model.expression_names[100:]
    assert sorted(named) == sorted(ARKIT_NAMES)
    own = {name for name, std in zip(model.expression_names, model.expression_std, strict=True) if std > 0}
    assert own == {*(f"exp_{k:02d}" for k in range(100)), *reader.POSE_KEYS}


def test_own_jaw_stays(source: SourceModel, model: FaceModel) -> None:
    np.testing.assert_array_equal(_key(model, "jawOpen"), _key(source, "jawOpen"))


def test_lids_follow_the_gaze(source: SourceModel, model: FaceModel) -> None:
    skin, ball = (np.unique(model.faces[model.face_parts == part][:, :3]) for part in (0, 1))
    np.testing.assert_array_equal(_key(model, "eyeLookDownLeft")[ball], _key(source, "eyeLookDownLeft")[ball])
    lid = skin[np.argmin(_key(model, "eyeLookDownLeft")[skin, 1])]
    assert _key(model, "eyeLookDownLeft")[lid, 1] < -0.002
    assert np.linalg.norm(model.mean[lid] - model.mean[ball].mean(axis=0)) < 0.02


def test_lips_landmarks_are_each_on_its_own_lip(model: FaceModel) -> None:
    """FLAME has no mouth apart: what hangs on its lips inside is skin, too."""
    moved = model.dense_points(_key(model, "jawOpen"))[:, 1]
    upper, lower = list(INNER_LIP_LOOP[1:10]), list(INNER_LIP_LOOP[:10:-1])
    assert moved[upper].min() > -0.010
    assert moved[lower].max() < -0.012


def test_landmarks_are_found(model: FaceModel) -> None:
    """The mesh is the built-in model's, half as fine."""
    builtin = load_model("builtin")
    dense = np.linalg.norm(model.dense_points(model.mean) - builtin.dense_points(builtin.mean), axis=1)
    assert dense.max() < 0.001
    # Vertices of their own mesh, whose quads are 10 mm wide on the brow.
    apart = np.linalg.norm(model.mean[model.landmarks68] - builtin.mean[builtin.landmarks68], axis=1)
    assert apart[17:].max() < 0.007
    assert faults_of(model) == []
