"""Rims of the lids: as dark as the photo has them, and painted where the model's lids end."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.registry import load_model
from likeness.inference.texture.eye_shape import EyeShape, eye_shapes
from likeness.inference.texture.lid_rims import TYPICAL_RIMS, measure_rim, painted_rims
from likeness.inference.uv.atlas import uv_atlas
from toy_face import photograph, toy_fit

SIZE = 512
SKIN = 0.3
UPPER, LOWER = slice(2, 7), slice(10, 15)


@pytest.fixture(scope="module")
def model() -> FaceModel:
    return load_model("builtin")


def edge_distance(model: FaceModel, eye: EyeShape, places: np.ndarray, which: slice) -> np.ndarray:
    """How far places (N, 3) are from the landmarks of a lid's edge, metres."""
    edge = model.dense_points(model.mean)[list(eye.rim)][which]
    return np.linalg.norm(places[:, None] - edge, axis=-1).min(axis=1)


@pytest.mark.parametrize("tone", [0.5, 0.08])
def test_a_dark_upper_rim_is_found_whatever_the_skin(model: FaceModel, tone: float) -> None:
    fit, paint = toy_fit(model, pixels=800), np.full((len(model.mean), 3), tone)
    for eye in eye_shapes(model):
        paint[edge_distance(model, eye, model.mean, slice(0, 9)) < 0.003] = 0.3 * tone
    photo = photograph(model, fit, paint, (0.2, 0.2, 0.2))
    points = fit.camera.project(fit.posed.new_tensor(model.dense_points(model.mean))).double().numpy()
    for eye in eye_shapes(model):
        rim = measure_rim(photo, points, eye)
        assert rim[UPPER].max() < 0.5
        assert rim[LOWER].min() > 0.65


def test_rims_are_painted_on_the_edges_of_the_lids_alone(model: FaceModel) -> None:
    rims = np.where(np.arange(16)[:, None] <= 8, 0.3, 0.8) * np.ones(3)
    made = painted_rims(np.full((SIZE, SIZE, 3), SKIN, np.float32), model, rims)
    atlas = uv_atlas(model, SIZE)
    skin = atlas.parts() == 0
    places = atlas.interpolate(model.mean)[skin].astype(float)
    level = made[skin].mean(axis=-1)
    for eye in eye_shapes(model):
        for lid, share in ((UPPER, 0.3), (LOWER, 0.8)):
            on_edge = edge_distance(model, eye, places, lid) < 0.0004
            np.testing.assert_allclose(level[on_edge], share * SKIN, rtol=0.1)
    away = np.min([edge_distance(model, eye, places, slice(0, 16)) for eye in eye_shapes(model)], axis=0) > 0.012
    assert (level[away] == np.float32(SKIN)).all()


def test_a_rim_is_never_painted_lighter_but_in_the_inner_corner(model: FaceModel) -> None:
    dark = np.random.default_rng(0).uniform(0.02, 0.4, (SIZE, SIZE, 3)).astype(np.float32)
    lighter = (painted_rims(dark, model, TYPICAL_RIMS) > dark + 1e-6).any(axis=-1)
    places = uv_atlas(model, SIZE).interpolate(model.mean)[lighter].astype(float)
    corners = model.dense_points(model.mean)[[eye.rim[8] for eye in eye_shapes(model)]]
    assert len(places)
    assert np.linalg.norm(places[:, None] - corners, axis=-1).min(axis=1).max() < 0.006


def test_what_glares_beside_an_eye_is_no_skin(model: FaceModel) -> None:
    bright = np.full((SIZE, SIZE, 3), SKIN, np.float32)
    atlas = uv_atlas(model, SIZE)
    places = atlas.interpolate(model.mean).astype(float).reshape(-1, 3)
    eye = eye_shapes(model)[0]
    near = edge_distance(model, eye, places, slice(0, 16)).reshape(SIZE, SIZE) < 0.0025
    bright[near & (atlas.parts() == 0)] = 0.9
    made = painted_rims(bright, model, TYPICAL_RIMS)
    assert made[near & (atlas.parts() == 0)].max() < 1.3 * SKIN
