"""Eyes of the texture: the photo's where it shows them where the model has them, otherwise the model's."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from likeness.anatomy.parts import PartName
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.registry import load_model
from likeness.inference.texture.eye_shape import eyes_are_patches
from likeness.inference.texture.texture import Texture, build_texture
from likeness.inference.uv.atlas import uv_atlas
from toy_face import SKIN, photograph, toy_fit, toy_model, with_skin

SIZE = 512
BLUE = (0.05, 0.12, 0.3)


@pytest.fixture(scope="module")
def model() -> FaceModel:
    return load_model("builtin")


def irises(model: FaceModel) -> np.ndarray:
    """(V,) the dark vertices of the eyeballs."""
    eyes = np.zeros(len(model.mean), bool)
    for eye in PartName.EYEBALLS:
        eyes[model.part_vertices(*eye)] = True
    return eyes & (model.albedo_mean.mean(axis=1) < 0.3)


def texture(model: FaceModel, paint: np.ndarray, yaw: float = 0.0) -> Texture:
    fit = toy_fit(model, yaw, pixels=800)
    return build_texture([photograph(model, fit, paint, (0.2, 0.2, 0.2))], model, [fit], SIZE)


def texels(model: FaceModel, vertices: np.ndarray, eye: tuple[str, ...]) -> np.ndarray:
    """(T, T) where an eyeball shows only the marked vertices (V,)."""
    atlas = uv_atlas(model, SIZE)
    inside = atlas.interpolate(vertices[:, None].astype(float))[..., 0] > 0.99
    return inside & np.isin(atlas.parts(), parts_of(model, *eye))


def parts_of(model: FaceModel, *names: str) -> list[int]:
    return [part for part, name in enumerate(model.part_names) if name in names]


def test_the_colour_of_the_photo_s_eyes_is_taken(model: FaceModel) -> None:
    paint = model.albedo_mean.astype(float).copy()
    paint[irises(model)] = BLUE
    made = texture(model, paint)
    for eye in PartName.EYEBALLS:
        seen = texels(model, irises(model), eye) & (made.confidence > 0.9)
        assert seen.sum() > 10
        red, _, blue = np.median(made.albedo[seen], axis=0)
        assert blue > 2.0 * red


def test_a_hidden_eye_is_like_the_other(model: FaceModel) -> None:
    paint = model.albedo_mean.astype(float).copy()
    paint[irises(model)] = BLUE
    made = texture(model, paint, yaw=75.0)
    hidden = texels(model, irises(model), PartName.LEFT_EYE)
    assert made.confidence[hidden].max() < 0.5
    assert (made.albedo[hidden, 2] > 1.5 * made.albedo[hidden, 0]).mean() > 0.2


def test_eyes_that_the_model_has_no_colours_of_are_the_photo_s(model: FaceModel) -> None:
    paint = model.albedo_mean.astype(float).copy()
    paint[irises(model)] = BLUE
    plain = model.albedo_mean.copy()
    plain[irises(model)] = 0.7
    made = texture(replace(model, albedo_mean=plain), paint)
    for eye in PartName.EYEBALLS:
        seen = texels(model, irises(model), eye) & (made.confidence > 0.9)
        red, _, blue = np.median(made.albedo[seen], axis=0)
        assert blue > 1.7 * red


def test_eyes_without_an_iris_in_place_stay_the_model_s(model: FaceModel) -> None:
    paint = model.albedo_mean.astype(float).copy()
    paint[irises(model)] = (0.7, 0.7, 0.7)
    made = texture(model, paint)
    atlas = uv_atlas(model, SIZE)
    eyes = np.isin(atlas.parts(), parts_of(model, *PartName.LEFT_EYE, *PartName.RIGHT_EYE))
    assert made.confidence[eyes].max() == 0.0
    np.testing.assert_allclose(made.albedo[eyes], atlas.interpolate(model.albedo_mean)[eyes], atol=1e-5)


def test_lids_of_eyes_that_are_patches_of_the_skin_are_the_photo_s() -> None:
    toy = toy_model()
    centres = np.array([[-0.032, 0.03], [0.032, 0.03]])
    apart = np.linalg.norm(toy.mean[:, None, :2] - centres, axis=-1)  # (V, 2)
    patch = (apart[toy.faces].max(axis=1) < 0.008) @ np.array([1, 2])
    model = replace(toy, part_names=("skin", "eye_right", "eye_left"), face_parts=patch)
    lids = (apart.min(axis=1) < 0.011) & (toy.mean[:, 2] > 0)
    paint = np.where(lids[:, None], BLUE, SKIN)
    fit = toy_fit(model)
    hidden = apart.min(axis=1) < 0.018  # a skin mask leaves lids and lashes out
    pixels = fit.camera.project(fit.posed[hidden]).numpy().round().astype(int)
    mask = np.ones(fit.camera.image_size, np.float32)
    mask[pixels[:, 1], pixels[:, 0]] = 0.0
    mask = cv2.erode(mask, np.ones((7, 7)))
    photo = photograph(model, fit, paint, (0.2, 0.2, 0.2))
    made = build_texture([photo], model, [with_skin(fit, mask)], SIZE)
    atlas = uv_atlas(model, SIZE)
    places = atlas.interpolate(apart.min(axis=1, keepdims=True))[..., 0]
    beside = (atlas.parts() == 0) & (places < 0.0095)
    assert beside.sum() > 100
    red, _, blue = np.median(made.albedo[beside], axis=0)
    assert blue > 1.3 * red  # what is filled in is redder than it is blue


def test_eyeballs_are_no_patches(model: FaceModel) -> None:
    assert not eyes_are_patches(model)
