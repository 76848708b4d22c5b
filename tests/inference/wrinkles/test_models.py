"""Folds on the faces of other models than the built-in one."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.anatomy.arkit import NUMBERED
from likeness.anatomy.regions import RegionName
from likeness.bfm.face_model import FaceModel
from likeness.inference.uv.atlas import uv_atlas
from likeness.inference.wrinkles.expressions import ExpressiveFace
from likeness.inference.wrinkles.making import PhotoRelief, expression_folds
from likeness.inference.wrinkles.storing import HIGHEST
from likeness.result.wrinkles import GROUPS

SIZE = 256


@pytest.fixture(params=["ict_model", "bfm_model"])
def other(request: pytest.FixtureRequest) -> FaceModel:
    return request.getfixturevalue(request.param)


def test_other_models_have_folds_in_the_same_places(other: FaceModel) -> None:
    neutral, basis = np.asarray(other.mean, np.float64), np.asarray(other.expression_basis)
    photo = np.zeros((SIZE, SIZE), np.float32)
    face = ExpressiveFace(other, neutral, basis, np.zeros(len(basis)))
    folds = expression_folds(face, PhotoRelief(photo, photo + 1, 0.0003))
    assert [each.name for each in folds] == list(GROUPS)
    atlas = uv_atlas(other, SIZE)
    surface, dense = atlas.interpolate(neutral), other.dense_points(neutral)
    lips = atlas.interpolate(other.region(RegionName.LIPS)[:, None])[..., 0] > 0.999
    for each in folds:
        assert set(each.keys) <= set(other.expression_names)
        height = np.abs(each.heights)
        assert 3e-5 < height.max() < HIGHEST, each.name
        assert height[lips & atlas.mask].max(initial=0.0) < 1e-5, each.name
        middle = surface[atlas.mask & (height > 0.5 * height.max())].mean(axis=0)
        assert np.linalg.norm(middle - dense[4]) < 0.12, each.name  # on the face


def test_an_axis_of_statistics_has_its_say(bfm_model: FaceModel) -> None:
    numbered = {name for name in bfm_model.expression_names if NUMBERED.fullmatch(name)}
    assert numbered
    neutral, basis = np.asarray(bfm_model.mean, np.float64), np.asarray(bfm_model.expression_basis)
    photo = np.zeros((64, 64), np.float32)
    face = ExpressiveFace(bfm_model, neutral, basis, np.zeros(len(basis)))
    folds = expression_folds(face, PhotoRelief(photo, photo, 1.0))
    assert all(numbered <= set(each.keys) for each in folds)
    assert all(np.isfinite(list(each.keys.values())).all() for each in folds)
