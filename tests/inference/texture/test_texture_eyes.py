"""Eyes that are patches of the skin are the photo's; eyeballs are left to be painted."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from likeness.anatomy.landmarks import LEFT_IRIS, RIGHT_IRIS
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.registry import load_model
from likeness.inference.texture.eye_shape import eye_shapes, eyes_are_patches
from likeness.inference.texture.texture import build_texture
from likeness.inference.uv.atlas import uv_atlas
from toy_face import SKIN, photograph, toy_fit, toy_model, with_skin

SIZE = 512
BLUE = (0.05, 0.12, 0.3)


CENTRES = np.array([[-0.032, 0.03], [0.032, 0.03]])


def with_patches() -> tuple[FaceModel, np.ndarray]:
    """A face whose eyes are patches of its skin, and how far its vertices (V,) are from the nearer one's middle."""
    toy = toy_model()
    apart = np.linalg.norm(toy.mean[:, None, :2] - CENTRES, axis=-1)  # (V, 2)
    patch = (apart[toy.faces].max(axis=1) < 0.008) @ np.array([1, 2])
    return replace(toy, part_names=("skin", "eye_right", "eye_left"), face_parts=patch), apart.min(axis=1)


@pytest.mark.parametrize("yaw", [0.0, 75.0])
def test_eyes_that_are_patches_are_the_photo_s_and_a_hidden_one_is_like_the_other(yaw: float) -> None:
    model, apart = with_patches()
    fit = toy_fit(model, yaw)
    paint = np.where((apart < 0.011)[:, None], BLUE, SKIN)
    made = build_texture([photograph(model, fit, paint, (0.2, 0.2, 0.2))], model, [fit], SIZE)
    for part in (1, 2):
        red, _, blue = np.median(made.albedo[uv_atlas(model, SIZE).parts() == part], axis=0)
        assert blue > 1.5 * red


def test_lids_of_eyes_that_are_patches_of_the_skin_are_the_photo_s() -> None:
    model, apart = with_patches()
    lids = (apart < 0.011) & (model.mean[:, 2] > 0)
    paint = np.where(lids[:, None], BLUE, SKIN)
    fit = toy_fit(model)
    hidden = apart < 0.018  # a skin mask leaves lids and lashes out
    pixels = fit.camera.project(fit.posed[hidden]).numpy().round().astype(int)
    mask = np.ones(fit.camera.image_size, np.float32)
    mask[pixels[:, 1], pixels[:, 0]] = 0.0
    mask = cv2.erode(mask, np.ones((7, 7)))
    photo = photograph(model, fit, paint, (0.2, 0.2, 0.2))
    made = build_texture([photo], model, [with_skin(fit, mask)], SIZE)
    atlas = uv_atlas(model, SIZE)
    places = atlas.interpolate(apart[:, None])[..., 0]
    beside = (atlas.parts() == 0) & (places < 0.0095)
    assert beside.sum() > 100
    red, _, blue = np.median(made.albedo[beside], axis=0)
    assert blue > 1.3 * red  # what is filled in is redder than it is blue


def test_eyeballs_are_no_patches() -> None:
    model = load_model("builtin")
    assert not eyes_are_patches(model)
    assert [eye.iris[0] for eye in eye_shapes(model)] == [LEFT_IRIS[0], RIGHT_IRIS[0]]
    patched, _ = with_patches()
    assert eyes_are_patches(patched)
    assert not eye_shapes(patched)
