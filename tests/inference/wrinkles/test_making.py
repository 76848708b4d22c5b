"""The folds of a face: as in the photo at its expression, gone from the neutral face, made where it shows none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from likeness.bfm.face_model import FaceModel
from likeness.inference.uv.atlas import UvAtlas
from likeness.inference.wrinkles.aligned import along_lines
from likeness.inference.wrinkles.course import Course
from likeness.inference.wrinkles.expressions import ExpressiveFace
from likeness.inference.wrinkles.making import MOST_TEXELS, PhotoRelief, expression_folds, made_folds
from likeness.inference.wrinkles.storing import HIGHEST, GroupFolds, stored_wrinkles
from likeness.result.wrinkles import GROUPS, GroupName, activation

SMILE = 0.5
SHARP = 0.0003  # metres of skin to a pixel


def showing(face: ExpressiveFace, **values: float) -> ExpressiveFace:
    return replace(face, values=np.array([values.get(name, 0.0) for name in face.model.expression_names]))


def flat(size: int) -> np.ndarray:
    return np.zeros((size, size), np.float32)


def seen(heights: np.ndarray) -> PhotoRelief:
    return PhotoRelief(heights, np.ones_like(heights), SHARP)


def by_name(folds: list[GroupFolds]) -> dict[str, GroupFolds]:
    return {each.name: each for each in folds}


@pytest.fixture(scope="module")
def smiling_photo(courses: dict[str, list[Course]], atlas: UvAtlas) -> np.ndarray:
    """A relief with folds of both sides' smile and pores."""
    folds = sum(made_folds(name, courses[name], atlas.size) for name in (GroupName.SMILE_LEFT, GroupName.SMILE_RIGHT))
    pores = 1e-5 * np.random.default_rng(2).standard_normal(flat(atlas.size).shape)
    return (SMILE * folds + pores).astype(np.float32)


@pytest.fixture(scope="module")
def smiling(calm: ExpressiveFace, smiling_photo: np.ndarray) -> dict[str, GroupFolds]:
    face = showing(calm, mouthSmileLeft=SMILE, mouthSmileRight=SMILE)
    return by_name(expression_folds(face, seen(smiling_photo)))


def relief(photo: np.ndarray, folds: dict[str, GroupFolds], values: dict[str, float]) -> np.ndarray:
    """What a face shows with these values of its keys, by what is stored."""
    groups, images = stored_wrinkles(list(folds.values()))
    moves = [(activation(g, values) - g.photo) * images[g.image][..., g.channel] for g in groups]
    return photo + np.sum(moves, axis=0)


def deep_energy(heights: np.ndarray, courses: dict[str, list[Course]], name: str) -> float:
    course = courses[name][0]
    return float((along_lines(heights.astype(np.float32), course) ** 2).sum())


def test_every_group_of_arkit_s_keys_is_there(calm: ExpressiveFace) -> None:
    folds = expression_folds(calm, seen(flat(256)))
    assert [each.name for each in folds] == list(GROUPS)
    for each in folds:
        assert each.keys == GROUPS[each.name]
        assert each.photo == 0.0
        assert each.heights.shape == (256, 256)
        assert 3e-5 < np.abs(each.heights).max() < HIGHEST


def test_the_photo_s_expression_shows_the_photo(smiling_photo: np.ndarray, smiling: dict[str, GroupFolds]) -> None:
    at_photo = relief(smiling_photo, smiling, {"mouthSmileLeft": SMILE, "mouthSmileRight": SMILE})
    np.testing.assert_allclose(at_photo, smiling_photo, atol=1e-9)


@pytest.mark.parametrize("name", [GroupName.SMILE_LEFT, GroupName.SMILE_RIGHT])
def test_the_smile_s_folds_leave_the_neutral_face(
    smiling_photo: np.ndarray, smiling: dict[str, GroupFolds], courses: dict[str, list[Course]], name: str
) -> None:
    neutral = relief(smiling_photo, smiling, {})
    assert deep_energy(neutral, courses, name) < 0.15 * deep_energy(smiling_photo, courses, name)
    full = relief(smiling_photo, smiling, {"mouthSmileLeft": 1.0, "mouthSmileRight": 1.0})
    assert deep_energy(full, courses, name) > 2.0 * deep_energy(smiling_photo, courses, name)


def test_pores_stay_on_the_neutral_face(smiling_photo: np.ndarray, smiling: dict[str, GroupFolds]) -> None:
    untouched = np.all([np.abs(each.heights) < 1e-8 for each in smiling.values()], axis=0)
    assert untouched.mean() > 0.3
    neutral = relief(smiling_photo, smiling, {})
    np.testing.assert_allclose(neutral[untouched], smiling_photo[untouched], atol=1e-8)


def test_one_side_s_smile_has_its_own_folds(smiling: dict[str, GroupFolds], courses: dict[str, list[Course]]) -> None:
    left, right = (smiling[name].heights.ravel() for name in (GroupName.SMILE_LEFT, GroupName.SMILE_RIGHT))
    there = courses[GroupName.SMILE_RIGHT][0].texels
    assert np.abs(right[there]).max() > 3e-4
    assert np.abs(left[there]).max() < 1e-6


def test_a_smooth_smile_leaves_no_bumps_behind(calm: ExpressiveFace) -> None:
    photo = flat(256)
    face = showing(calm, mouthSmileLeft=SMILE, mouthSmileRight=SMILE)
    neutral = relief(photo, by_name(expression_folds(face, seen(photo))), {})
    assert np.abs(neutral).max() < 5e-5


def test_a_hint_of_an_expression_explains_nothing(
    calm: ExpressiveFace, smiling_photo: np.ndarray, courses: dict[str, list[Course]]
) -> None:
    face = showing(calm, mouthSmileLeft=0.05, mouthSmileRight=0.05)
    neutral = relief(smiling_photo, by_name(expression_folds(face, seen(smiling_photo))), {})
    before = deep_energy(smiling_photo, courses, GroupName.SMILE_LEFT)
    assert deep_energy(neutral, courses, GroupName.SMILE_LEFT) > 0.7 * before


def test_heights_are_bounded_whatever_the_photo_shows(calm: ExpressiveFace, smiling_photo: np.ndarray) -> None:
    face = showing(calm, mouthSmileLeft=0.2, mouthSmileRight=0.2)
    _, images = stored_wrinkles(expression_folds(face, seen(100.0 * smiling_photo)))
    heights = np.stack(list(images.values()))
    assert np.isfinite(heights).all()
    assert np.abs(heights).max() <= HIGHEST


def test_maps_are_no_finer_than_folds_need(calm: ExpressiveFace) -> None:
    folds = expression_folds(calm, seen(flat(2 * MOST_TEXELS)))
    assert {each.heights.shape for each in folds} == {(MOST_TEXELS, MOST_TEXELS)}


def test_always_the_same(calm: ExpressiveFace) -> None:
    first, again = (expression_folds(calm, seen(flat(128))) for _ in range(2))
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.heights, other.heights)


def test_more_wrinkled_skin_folds_more_deeply(
    calm: ExpressiveFace, courses: dict[str, list[Course]], atlas: UvAtlas
) -> None:
    furrows = np.zeros(atlas.size**2, np.float32)
    for course in (each for group in courses.values() for each in group if each.layer.ages):
        furrows[course.texels] = 2e-4 * np.cos(2.0 * np.pi * course.phase)
    faint, deep = (
        by_name(expression_folds(calm, seen(photo)))[GroupName.PUCKER].heights
        for photo in (flat(atlas.size), furrows.reshape(atlas.size, atlas.size))
    )
    np.testing.assert_allclose(0.3 * deep, faint, atol=1e-8)


def renamed(face: ExpressiveFace, names: tuple[str, ...]) -> ExpressiveFace:
    return replace(face, model=replace(face.model, id="other", expression_names=names))


def test_a_model_of_numbers_alone_has_no_groups(calm: ExpressiveFace) -> None:
    numbered = tuple(f"exp_{k:02d}" for k in range(len(calm.values)))
    assert expression_folds(renamed(calm, numbered), seen(flat(64))) == []


def test_a_numbered_key_counts_as_the_named_ones_it_is_like(model: FaceModel, calm: ExpressiveFace) -> None:
    mix = 0.8 * calm.expressions[model.expression_names.index("mouthSmileLeft")]
    names = ("exp_00", *model.expression_names)
    basis = np.concatenate([mix[None], calm.expressions]).astype(np.float32)
    other = replace(
        model,
        id="other",
        expression_names=names,
        expression_basis=basis,
        expression_ranges=np.zeros((len(names), 2)),
        expression_std=np.ones(len(names)),
    )
    face = ExpressiveFace(other, calm.neutral, basis, np.eye(len(names))[0])
    folds = by_name(expression_folds(face, seen(flat(64))))
    assert folds[GroupName.SMILE_LEFT].photo == pytest.approx(0.8, abs=0.1)
    assert folds[GroupName.SMILE_RIGHT].photo < 0.1
    assert folds[GroupName.FROWN].photo < 0.1


def test_a_face_without_bare_skin_has_no_folds(calm: ExpressiveFace) -> None:
    covered = replace(calm.model, id="covered", region_weights=np.ones_like(calm.model.region_weights))
    folds = expression_folds(replace(calm, model=covered), seen(flat(64)))
    assert [each.name for each in folds] == list(GROUPS)
    assert not any(each.heights.any() for each in folds)
