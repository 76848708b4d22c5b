"""Eyes of the texture: the photo's where it shows them where the model has them, otherwise the model's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from likeness.bfm.face_model import FaceModel
from likeness.bfm.registry import load_model
from likeness.inference.texture import Texture, build_texture
from likeness.inference.uv_atlas import uv_atlas
from toy_face import photograph, toy_fit

SIZE = 512
BLUE = (0.05, 0.12, 0.3)


@pytest.fixture(scope="module")
def model() -> FaceModel:
    return load_model("builtin")


def irises(model: FaceModel) -> np.ndarray:
    """(V,) the dark vertices of the eyeballs."""
    eyes = np.zeros(len(model.mean), bool)
    for name in ("eye_left", "eye_right"):
        eyes[model.part_vertices(name)] = True
    return eyes & (model.albedo_mean.mean(axis=1) < 0.3)


def texture(model: FaceModel, paint: np.ndarray, yaw: float = 0.0) -> Texture:
    fit = toy_fit(model, yaw, pixels=800)
    return build_texture([photograph(model, fit, paint, (0.2, 0.2, 0.2))], model, [fit], SIZE)


def texels(model: FaceModel, vertices: np.ndarray, part: str) -> np.ndarray:
    """(T, T) where a part shows only the marked vertices (V,)."""
    atlas = uv_atlas(model, SIZE)
    inside = atlas.interpolate(vertices[:, None].astype(float))[..., 0] > 0.99
    return inside & (atlas.parts() == model.part_names.index(part))


def test_the_colour_of_the_photo_s_eyes_is_taken(model: FaceModel) -> None:
    paint = model.albedo_mean.astype(float).copy()
    paint[irises(model)] = BLUE
    made = texture(model, paint)
    for part in ("eye_left", "eye_right"):
        seen = texels(model, irises(model), part) & (made.confidence > 0.9)
        assert seen.sum() > 10
        red, _, blue = np.median(made.albedo[seen], axis=0)
        assert blue > 2.0 * red


def test_a_hidden_eye_is_like_the_other(model: FaceModel) -> None:
    paint = model.albedo_mean.astype(float).copy()
    paint[irises(model)] = BLUE
    made = texture(model, paint, yaw=75.0)
    hidden = texels(model, irises(model), "eye_left")
    assert made.confidence[hidden].max() < 0.5
    assert (made.albedo[hidden, 2] > 1.5 * made.albedo[hidden, 0]).mean() > 0.2


def test_eyes_that_the_model_has_no_colours_of_are_the_photo_s(model: FaceModel) -> None:
    paint = model.albedo_mean.astype(float).copy()
    paint[irises(model)] = BLUE
    plain = model.albedo_mean.copy()
    plain[irises(model)] = 0.7
    made = texture(replace(model, albedo_mean=plain), paint)
    for part in ("eye_left", "eye_right"):
        seen = texels(model, irises(model), part) & (made.confidence > 0.9)
        red, _, blue = np.median(made.albedo[seen], axis=0)
        assert blue > 1.7 * red


def test_eyes_without_an_iris_in_place_stay_the_model_s(model: FaceModel) -> None:
    paint = model.albedo_mean.astype(float).copy()
    paint[irises(model)] = (0.7, 0.7, 0.7)
    made = texture(model, paint)
    atlas = uv_atlas(model, SIZE)
    eyes = np.isin(atlas.parts(), [model.part_names.index(name) for name in ("eye_left", "eye_right")])
    assert made.confidence[eyes].max() == 0.0
    np.testing.assert_allclose(made.albedo[eyes], atlas.interpolate(model.albedo_mean)[eyes], atol=1e-5)
