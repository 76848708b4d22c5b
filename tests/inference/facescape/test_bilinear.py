from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bilinear_file import install_bilinear
from likeness.bfm.face_model import FaceModel
from likeness.errors import LikenessError
from likeness.inference.facescape.bilinear import BilinearPoints, bilinear_points
from likeness.inference.facescape.expression_prior import SliderMixture, SliderSpread


def test_points_are_those_of_the_whole_model(
    bilinear_model: FaceModel, changes: np.ndarray, points: BilinearPoints
) -> None:
    random = np.random.default_rng(0)
    identity, expression = random.normal(0, 1, 8), random.uniform(0, 1, 51)
    keys = bilinear_model.expression_basis[:51] + np.tensordot(identity[:6], changes.astype(float), axes=1)
    whole = bilinear_model.shape(identity) + np.tensordot(expression, keys, axes=1)
    np.testing.assert_allclose(points.shape(identity, expression), 1000 * whole[points.vertices], atol=1e-4)
    np.testing.assert_array_equal(points.vertices[points.landmarks], bilinear_model.landmarks68)
    step = points.shape(identity + np.eye(8)[2], expression) - points.shape(identity, expression)
    np.testing.assert_allclose(points.modes_at(expression)[2], step, atol=1e-9)


def test_a_part_of_the_points_keeps_the_order_that_is_asked_for(points: BilinearPoints) -> None:
    some = points.at(points.landmarks[::-1])
    identity, expression = np.ones(8), np.full(51, 0.5)
    expected = points.shape(identity, expression)[points.landmarks[::-1]]
    np.testing.assert_allclose(some.shape(identity, expression), expected)


def test_lines_and_mixture_are_used_where_the_file_has_them(
    points: BilinearPoints, contour_lines: np.ndarray, old_points: BilinearPoints
) -> None:
    assert [points.vertices[line].tolist() for line in points.contours] == contour_lines[:, :-1].tolist()
    assert isinstance(points.prior, SliderMixture)
    assert all(not len(line) for line in old_points.contours)
    assert isinstance(old_points.prior, SliderSpread)


def test_a_model_that_is_not_bilinear_is_told(bilinear_model: FaceModel) -> None:
    path: Path = install_bilinear(bilinear_model, {})
    with pytest.raises(LikenessError, match="no bilinear model: add"):
        bilinear_points(bilinear_model, path)
