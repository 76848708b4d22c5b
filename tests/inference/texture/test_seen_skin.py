"""The skin from several photos of a painted toy face: sides from turned views, without seams or foreign colours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from likeness.inference.texture.seen_skin import SKIN as SKIN_GROUP
from likeness.inference.texture.seen_skin import SeenSkin, look, matched, merged, merit, texel_groups
from likeness.inference.texture.texture import build_texture
from likeness.inference.uv.atlas import uv_atlas
from toy_face import painted, photograph, toy_fit, toy_model

SIZE = 256
GREY = (0.5, 0.5, 0.5)
MODEL = toy_model()
ATLAS = uv_atlas(MODEL, SIZE)
GROUPS = texel_groups(ATLAS, MODEL)


def uneven() -> np.ndarray:
    """Paint (V, 3) that the mirror would get wrong: blotches on one side only."""
    x, y, _ = MODEL.mean.T
    blotches = 0.25 * np.sin(180.0 * y) * np.sin(170.0 * x) * (x > 0.0)
    return painted(MODEL) * np.exp(blotches)[:, None]


PAINT = uneven()
TRUTH = ATLAS.interpolate(PAINT)


def seen_at(yaw: float, gain: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> SeenSkin:
    """The face turned and photographed, and the light then believed to be ``gain`` times weaker than it was."""
    fit = toy_fit(MODEL, yaw)
    photo = photograph(MODEL, fit, PAINT, GREY)
    return look(photo, MODEL, replace(fit, light=fit.light * fit.light.new_tensor(gain)), ATLAS, GROUPS)


@pytest.fixture(scope="module")
def front() -> SeenSkin:
    return seen_at(0.0)


@pytest.fixture(scope="module")
def sides() -> list[SeenSkin]:
    """Of another brightness and hue than the front."""
    return [seen_at(-45.0, (0.8, 0.7, 0.6)), seen_at(45.0, (1.2, 1.2, 1.4))]


def test_one_view_is_itself(front: SeenSkin) -> None:
    alone = merged([front], GROUPS)
    np.testing.assert_array_equal(alone.albedo, np.maximum(front.albedo, 0.0))
    np.testing.assert_array_equal(alone.seen, front.seen)


def test_the_middle_stays_the_main_photos(front: SeenSkin, sides: list[SeenSkin]) -> None:
    both = merged([front, *sides], GROUPS)
    middle = merit(front) > 0.55  # beyond that the sides, of half the merit, cannot take over
    assert middle.mean() > 0.05
    assert np.abs(both.albedo / front.albedo - 1.0)[middle].max() < 0.05


def test_sides_come_from_turned_views_in_the_main_photos_colours(front: SeenSkin, sides: list[SeenSkin]) -> None:
    both = merged([front, *sides], GROUPS)
    gained = (both.seen > 0.9) & (front.seen < 0.1)
    assert gained.mean() > 0.03
    error = np.abs(both.albedo[gained] / TRUTH[gained] - 1.0)
    assert np.median(error) < 0.05
    assert np.quantile(error, 0.95) < 0.2
    assert (both.seen >= front.seen).all()


def test_no_seam_shows_where_one_photo_takes_over(front: SeenSkin, sides: list[SeenSkin]) -> None:
    """Where photos meet the colours step no more than the paint does."""
    both = merged([front, *sides], GROUPS)
    well = both.seen > 0.9
    inside = well[:, 1:] & well[:, :-1]
    ratio = np.log(np.maximum(both.albedo, 1e-3) / np.maximum(TRUTH, 1e-3))
    steps = np.abs(np.diff(ratio, axis=1)).max(-1)[inside]
    alone = np.abs(np.diff(np.log(np.maximum(front.albedo, 1e-3) / np.maximum(TRUTH, 1e-3)), axis=1)).max(-1)
    usual = alone[(front.seen > 0.9)[:, 1:] & (front.seen > 0.9)[:, :-1]]
    assert np.quantile(steps, 0.999) < 1.5 * np.quantile(usual, 0.999)


def test_the_order_of_the_others_hardly_matters(front: SeenSkin, sides: list[SeenSkin]) -> None:
    one, other = merged([front, *sides], GROUPS), merged([front, *sides[::-1]], GROUPS)
    np.testing.assert_array_equal(one.seen, other.seen)
    seen = one.seen > 0.5
    assert np.quantile(np.abs(one.albedo[seen] / other.albedo[seen] - 1.0), 0.99) < 0.03


def test_eyes_are_the_main_photos_alone(front: SeenSkin, sides: list[SeenSkin]) -> None:
    as_eyes = np.where(GROUPS == SKIN_GROUP, 1, GROUPS)
    both = merged([front, *sides], as_eyes)
    np.testing.assert_array_equal(both.seen, front.seen)
    np.testing.assert_allclose(both.albedo, np.maximum(front.albedo, 0.0), atol=1e-6)


def test_matched_colours_have_the_targets_level_and_their_own_detail() -> None:
    detail = np.exp(0.1 * np.random.default_rng(0).standard_normal((SIZE, SIZE, 1))).astype(np.float32)
    target = np.full((SIZE, SIZE, 3), 0.4, np.float32)
    half = np.zeros((SIZE, SIZE), np.float32)
    half[:, : SIZE // 2] = 1.0
    found = matched((0.1 * detail * np.ones(3)).astype(np.float32), target, half)
    assert np.abs(found.mean((0, 1)) / 0.4 - 1.0).max() < 0.03  # also where nothing of the target is known
    assert np.corrcoef(np.log(found[:, SIZE // 2 :, 0]).ravel(), np.log(detail[:, SIZE // 2 :]).ravel())[0, 1] > 0.95


def test_more_views_make_a_truer_texture() -> None:
    fits = [toy_fit(MODEL, yaw) for yaw in (0.0, -45.0, 45.0)]
    photos = [photograph(MODEL, fit, PAINT, GREY) for fit in fits]
    one = build_texture(photos[:1], MODEL, fits[:1], SIZE)
    three = build_texture(photos, MODEL, fits, SIZE)
    gained = (three.confidence > 0.9) & (one.confidence < 0.1)
    errors = [np.abs(made.albedo[gained] / TRUTH[gained] - 1.0).mean() for made in (one, three)]
    assert errors[1] < 0.6 * errors[0]
