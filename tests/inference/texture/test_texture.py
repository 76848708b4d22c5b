"""The texture of a synthetic photo is the paint it was rendered with; guesses are mirrored and seamless."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from likeness.inference.images import Photo
from likeness.inference.texture.delighting import texel_shading
from likeness.inference.texture.texture import Texture, build_texture
from likeness.inference.uv.atlas import texel_geometry, uv_atlas
from likeness.inference.uv.mirror import mirror_coordinates, mirrored
from toy_face import PHOTO_SIZE, SKIN, painted, photograph, toy_fit, toy_model, with_skin

SIZE = 256
GREY = (0.5, 0.5, 0.5)
MODEL = toy_model()
ATLAS = uv_atlas(MODEL, SIZE)


def texture(yaw: float, paint: np.ndarray, background: tuple[float, ...] = GREY) -> Texture:
    fit = toy_fit(MODEL, yaw)
    return build_texture([photograph(MODEL, fit, paint, background)], MODEL, [fit], SIZE)


@pytest.fixture(scope="module")
def turned() -> Texture:
    """The painted face turned by 40 degrees: most of its left side is guessed."""
    return texture(40.0, painted(MODEL))


@pytest.mark.parametrize("yaw", [0.0, 25.0])
def test_seen_albedo_is_recovered(yaw: float) -> None:
    made = texture(yaw, painted(MODEL))
    truth = ATLAS.interpolate(painted(MODEL))
    seen = made.confidence > 0.9
    error = np.abs(made.albedo[seen] / truth[seen] - 1.0)
    assert seen.mean() > 0.25
    assert np.median(error) < 0.02
    assert np.quantile(error, 0.95) < 0.06


def test_albedo_does_not_depend_on_the_light() -> None:
    fit = toy_fit(MODEL)
    brighter = replace(fit, light=fit.light * torch.tensor([1.4, 1.2, 1.0]))
    one, two = (build_texture([photograph(MODEL, f, painted(MODEL), GREY)], MODEL, [f], SIZE) for f in (fit, brighter))
    seen = (one.confidence > 0.9) & (two.confidence > 0.9)
    assert np.quantile(np.abs(one.albedo[seen] / two.albedo[seen] - 1.0), 0.95) < 0.05


def test_hidden_texels_have_no_confidence(turned: Texture) -> None:
    """Against a naive ray test: is any triangle between the texel and the camera, or is it turned away?"""
    fit = toy_fit(MODEL, 40.0)
    eye = -fit.camera.rotation.T @ fit.camera.translation
    corners = fit.posed[torch.as_tensor(MODEL.triangles())]
    rows, columns = np.nonzero(ATLAS.mask)
    chosen = np.random.default_rng(1).choice(len(rows), 400, replace=False)
    points = torch.from_numpy(ATLAS.interpolate(MODEL.mean)[rows[chosen], columns[chosen]])
    hidden = torch.tensor([_blocked(point, eye, corners) for point in points])
    confidence = torch.from_numpy(turned.confidence[rows[chosen], columns[chosen]])
    assert 50 < hidden.sum() < 350
    assert confidence[hidden].max() < 0.01
    assert confidence[~hidden].mean() > 0.5


def _blocked(point: torch.Tensor, eye: torch.Tensor, corners: torch.Tensor) -> bool:
    """Moeller and Trumbore's test of the ray from ``point`` (3,) to ``eye`` against triangles (N, 3, 3), in double."""
    corners, start = corners.double(), point.double()
    ray = eye.double() - start
    edge1, edge2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    across = torch.linalg.cross(ray.expand_as(edge2), edge2)
    determinant = (edge1 * across).sum(-1)
    offset = start - corners[:, 0]
    u = (offset * across).sum(-1) / determinant
    turned = torch.linalg.cross(offset, edge1)
    v = (turned * ray).sum(-1) / determinant
    t = (edge2 * turned).sum(-1) / determinant * ray.norm()
    return bool(((u > 0) & (v > 0) & (u + v < 1) & (t > 2e-3)).any())


def test_guessed_texels_are_the_mirrored_ones(turned: Texture) -> None:
    at = mirror_coordinates(MODEL, SIZE)
    guessed = (turned.confidence == 0.0) & (mirrored(turned.confidence, at) > 0.95)
    other = mirrored(turned.albedo, at)
    error = np.abs(turned.albedo[guessed] / other[guessed] - 1.0)
    assert guessed.mean() > 0.1
    assert np.median(error) < 0.02
    assert np.quantile(error, 0.95) < 0.08


def test_borders_between_seen_and_guessed_do_not_show() -> None:
    """Plain skin under a light that the fit got wrong by a fifth on one side: no step steeper than that error's own."""
    fit = toy_fit(MODEL, 40.0)
    wrong = fit.light.clone()
    wrong[3] += 0.2
    photo = photograph(MODEL, fit, np.tile(SKIN, (len(MODEL.mean), 1)), GREY)
    made = build_texture([photo], MODEL, [replace(fit, light=wrong)], SIZE)
    normals = texel_geometry(ATLAS, fit).normals
    error = texel_shading(normals, fit) / texel_shading(normals, replace(fit, light=wrong))
    inside = ATLAS.mask[:, 1:] & ATLAS.mask[:, :-1]
    step, own = (np.abs(np.diff(np.log(image), axis=1)).max(axis=-1)[inside] for image in (made.albedo, error))
    assert made.confidence[ATLAS.mask].min() == 0.0
    assert made.confidence.max() > 0.99
    assert step.max() < 2.5 * own.max()  # a crease of the mirrored error counts twice
    assert np.quantile(step, 0.999) < 0.03


@pytest.mark.parametrize("yaw", [0.0, 30.0])
def test_background_never_leaks(yaw: float) -> None:
    made = texture(yaw, painted(MODEL), background=(1.0, 0.0, 1.0))
    red, green, blue = np.moveaxis(made.albedo[ATLAS.mask], -1, 0)
    assert (green / (red + blue)).min() > 0.8 * SKIN[1] / (SKIN[0] + SKIN[2])


def test_marked_occluder_never_appears() -> None:
    fit = toy_fit(MODEL)
    photo = photograph(MODEL, fit, painted(MODEL), GREY)
    pixels, skin = photo.pixels.copy(), np.ones(photo.pixels.shape[:2])
    middle = PHOTO_SIZE[0] // 2
    patch = (slice(middle - 40, middle + 30), slice(middle + 10, middle + 45))
    pixels[patch], skin[patch] = (0, 255, 0), 0.0
    made = build_texture([Photo(None, pixels)], MODEL, [with_skin(fit, skin)], SIZE)
    red, green, _ = np.moveaxis(made.albedo[ATLAS.mask], -1, 0)
    assert (green / red).max() < 1.2 * SKIN[1] / SKIN[0]
    truth = ATLAS.interpolate(painted(MODEL))
    hidden = (made.confidence == 0.0) & (mirrored(made.confidence, mirror_coordinates(MODEL, SIZE)) > 0.9)
    assert hidden.sum() > 500
    assert np.median(np.abs(made.albedo[hidden] / truth[hidden] - 1.0)) < 0.04


def test_unmarked_hair_beside_the_features_is_left_out() -> None:
    fit = toy_fit(MODEL)
    paint = painted(MODEL)
    hair = MODEL.mean[:, 1] > 0.068
    paint[hair] = (0.03, 0.02, 0.015)
    made = build_texture([photograph(MODEL, fit, paint, GREY)], MODEL, [fit], SIZE)
    below = ATLAS.interpolate(hair[:, None].astype(float))[..., 0]
    assert made.confidence[below > 0.99].max() < 0.02
    assert made.albedo[below > 0.99].mean(axis=-1).min() > 0.5 * np.mean(SKIN)


def test_no_face_in_the_picture_gives_the_model_albedo() -> None:
    fit = toy_fit(MODEL)
    aside = replace(fit, camera=replace(fit.camera, translation=torch.tensor([5.0, 0.0, 0.8])))
    made = build_texture([Photo(None, np.zeros((*PHOTO_SIZE, 3), np.uint8))], MODEL, [aside], SIZE)
    assert made.confidence.max() == 0.0
    np.testing.assert_allclose(made.albedo[ATLAS.mask], np.tile(SKIN, (int(ATLAS.mask.sum()), 1)), rtol=1e-4)


@pytest.mark.parametrize("level", [0, 255])
def test_black_and_white_photos_give_finite_colours(level: int) -> None:
    photo = Photo(None, np.full((*PHOTO_SIZE, 3), level, np.uint8))
    made = build_texture([photo], MODEL, [toy_fit(MODEL)], SIZE)
    assert np.isfinite(made.albedo).all()
    assert made.albedo.min() >= 0.0
    assert made.albedo.max() <= 1.0
    assert np.isfinite(made.confidence).all()


def test_gutters_continue_the_charts(turned: Texture) -> None:
    border = ATLAS.mask[:, 1:] & ~ATLAS.mask[:, :-1]
    rows, columns = np.nonzero(border)
    assert len(rows)
    for distance in (0, 2):
        outside = turned.albedo[rows, columns - distance]
        assert np.abs(outside - turned.albedo[rows, columns + 1]).max() < 0.1


def test_photo_finer_than_the_texture_is_averaged() -> None:
    """One-pixel black and white stripes must come out as their mean, not as moire."""
    fit = toy_fit(MODEL)
    large = replace(fit, camera=fit.camera.scaled(6.0))
    width, height = large.camera.image_size
    stripes = np.zeros((height, width, 3), np.uint8)
    stripes[:, ::2] = 200
    made = build_texture([Photo(None, stripes)], MODEL, [large], 64)
    seen = made.confidence > 0.9
    assert seen.sum() > 300
    assert np.log(made.albedo[seen].mean(axis=-1)).std() < 0.25


def test_texture_finer_than_the_photo_is_the_coarser_one_enlarged() -> None:
    fit = toy_fit(MODEL)
    photo = photograph(MODEL, fit, painted(MODEL), GREY)
    fine, coarse = (build_texture([photo], MODEL, [fit], size) for size in (2048, 512))
    assert fine.albedo.shape == (2048, 2048, 3)
    assert fine.confidence.shape == (2048, 2048)
    truth = uv_atlas(MODEL, 2048).interpolate(painted(MODEL))
    seen = fine.confidence > 0.95
    assert np.median(np.abs(fine.albedo[seen] / truth[seen] - 1.0)) < 0.02
    assert abs(fine.confidence.mean() - coarse.confidence.mean()) < 0.01
