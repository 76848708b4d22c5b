"""How many wrinkles a person has, by the relief of the photo."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.inference.uv.atlas import UvAtlas
from likeness.inference.wrinkles.course import Course
from likeness.inference.wrinkles.person import UNKNOWN, wrinkledness

SHARP, BLURRED = 0.0003, 0.003  # metres of skin to a pixel


@pytest.fixture
def every(courses: dict[str, list[Course]]) -> list[Course]:
    return [course for each in courses.values() for course in each]


def furrowed(courses: list[Course], atlas: UvAtlas, height: float) -> np.ndarray:
    """A relief with folds along the lines, (T, T) metres."""
    relief = np.zeros(atlas.size**2, np.float32)
    for course in courses:
        relief[course.texels] += height * np.cos(2.0 * np.pi * course.phase)
    return relief.reshape(atlas.size, atlas.size)


def everywhere(atlas: UvAtlas, seen: float = 1.0) -> np.ndarray:
    return np.full((atlas.size, atlas.size), seen, np.float32)


def test_the_deeper_the_lines_the_more(every: list[Course], atlas: UvAtlas) -> None:
    found = [
        wrinkledness(every, furrowed(every, atlas, h), everywhere(atlas), SHARP) for h in (0.0, 2e-5, 4e-5, 3e-4, 1e-2)
    ]
    assert found[0] == pytest.approx(0.3)
    assert found[1] < found[2] < found[3]
    assert found[3] == found[4] == pytest.approx(1.0)


def test_grain_and_pores_are_no_wrinkles(every: list[Course], atlas: UvAtlas) -> None:
    grain = 5e-5 * np.random.default_rng(0).standard_normal((atlas.size, atlas.size)).astype(np.float32)
    assert wrinkledness(every, grain, everywhere(atlas), SHARP) < 0.45


@pytest.mark.parametrize(("seen", "pixel"), [(0.0, SHARP), (1.0, BLURRED)])
def test_a_photo_that_cannot_tell_is_not_asked(every: list[Course], atlas: UvAtlas, seen: float, pixel: float) -> None:
    for height in (0.0, 1e-3):
        assert wrinkledness(every, furrowed(every, atlas, height), everywhere(atlas, seen), pixel) == UNKNOWN


def test_a_face_without_lines_that_age_is_unknown(every: list[Course], atlas: UvAtlas) -> None:
    ageless = [course for course in every if not course.layer.ages]
    assert ageless
    assert wrinkledness(ageless, furrowed(every, atlas, 1e-3), everywhere(atlas), SHARP) == UNKNOWN
