"""What of a relief runs along the lines."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.inference.uv.atlas import UvAtlas
from likeness.inference.wrinkles.aligned import along_lines
from likeness.inference.wrinkles.course import Course
from likeness.result.wrinkles import GroupName


def in_texture(course: Course, values: np.ndarray, size: int) -> np.ndarray:
    heights = np.zeros(size * size, np.float32)
    heights[course.texels] = values
    return heights.reshape(size, size)


@pytest.fixture
def course(courses: dict[str, list[Course]]) -> Course:
    """The forehead's."""
    return courses[GroupName.BROW_RAISE][0]


def energy(values: np.ndarray, course: Course) -> float:
    return float((course.place * values**2).sum())


def test_folds_along_the_lines_are_found(course: Course, atlas: UvAtlas) -> None:
    folds = 1e-4 * np.cos(2.0 * np.pi * course.phase)
    found = along_lines(in_texture(course, folds, atlas.size), course)
    inside = course.place > 0.99
    assert energy((found - folds) * inside, course) < 0.03 * energy(folds * inside, course)
    assert np.abs(found[course.place < 1e-3]).max(initial=0.0) < 1e-6


def test_pores_and_folds_across_are_not(course: Course, atlas: UvAtlas) -> None:
    pores = 1e-4 * np.random.default_rng(0).standard_normal(len(course.texels))
    across = 1e-4 * np.cos(2.0 * np.pi * course.along / 0.006)
    for other in (pores, across):
        found = along_lines(in_texture(course, other, atlas.size), course)
        assert energy(found, course) < 0.2 * energy(other, course)


def test_a_course_without_texels_has_none(course: Course, atlas: UvAtlas) -> None:
    nothing = np.zeros(0)
    empty = Course(course.layer, np.zeros(0, np.int64), nothing, nothing, nothing, nothing)
    assert along_lines(np.zeros((atlas.size, atlas.size), np.float32), empty).shape == (0,)
