"""Faces of a bilinear model are found again from their landmarks, under priors and within the sliders' bounds."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from likeness.bfm.formats.facescape.names import SLOTS
from likeness.geometry.similarity import Similarity, umeyama
from likeness.inference.facescape.bilinear import BilinearPoints
from likeness.inference.facescape.expression_prior import SliderMixture
from likeness.inference.facescape.fitter import expression_cost, fit_in_photo, fit_in_space, outlined
from likeness.inference.facescape.weak_perspective import WeakPerspective
from scipy.optimize import approx_fprime
from scipy.spatial.transform import Rotation

IDENTITY = np.array([1.2, -0.8, 0.5, 1.0, -1.5, 0.3, 0.0, 0.7])
SMILE = np.zeros(51)
SMILE[[SLOTS.index(name) for name in ("mouthSmileLeft", "mouthSmileRight", "jawOpen")]] = [0.6, 0.4, 0.3]


def seen(points: BilinearPoints, yaw: float, identity: np.ndarray = IDENTITY) -> tuple[WeakPerspective, np.ndarray]:
    """A pose, and all points of a smiling face in its picture."""
    turn = Rotation.from_euler("yx", [yaw, 8.0], degrees=True).as_rotvec()
    pose = WeakPerspective(3.0, np.array([256.0, 300.0]), turn)
    return pose, pose.project(points.shape(identity, SMILE))


@pytest.mark.parametrize("yaw", [0.0, 25.0, -40.0])
def test_a_face_is_found_from_its_landmarks(old_points: BilinearPoints, yaw: float) -> None:
    pose, pixels = seen(old_points, yaw)
    found = fit_in_photo(old_points, pixels[old_points.landmarks])
    shape = old_points.shape(found.identity, found.expression)
    assert np.abs(found.pose.project(shape) - pixels)[old_points.landmarks].mean() < 0.4 * pose.scale  # mm
    assert np.degrees(Rotation.from_matrix(found.pose.rotation @ pose.rotation.T).magnitude()) < 3.0
    neutral, still = old_points.shape(IDENTITY, np.zeros(51)), old_points.shape(found.identity, np.zeros(51))
    mean = old_points.mean
    assert _apart(still, neutral) < 0.65 * _apart(mean, neutral)
    smile, other = (SLOTS.index(name) for name in ("mouthSmileLeft", "browDownLeft"))
    assert found.expression[smile] > 0.25
    assert found.expression[smile] > found.expression[other] + 0.2
    np.testing.assert_array_equal(found.landmarks, old_points.landmarks)


def _apart(a: np.ndarray, b: np.ndarray) -> float:
    """Mean distance of two shapes, one laid on the other."""
    return float(np.linalg.norm(umeyama(a, b).apply(a) - b, axis=1).mean())


def test_a_face_is_found_from_landmarks_in_space(points: BilinearPoints) -> None:
    truth = points.shape(IDENTITY, SMILE)[points.landmarks]
    away = Similarity(0.02, Rotation.from_euler("xyz", [20, 130, 5], degrees=True).as_matrix(), np.array([3.0, 1, 2]))
    found = fit_in_space(points, away.apply(truth))
    shape = points.shape(found.identity, found.expression)[points.landmarks]
    missed = np.linalg.norm(away.undo(found.pose.apply(shape)) - truth, axis=1).mean()
    assert missed < 0.3 * _apart(points.mean[points.landmarks], truth)
    assert found.pose.scale == pytest.approx(0.02, rel=0.1)  # a large face or large millimetres: only the prior tells
    assert (found.expression >= 0).all()
    assert (found.expression <= 1).all()
    assert found.expression[SLOTS.index("mouthSmileLeft")] > 0.3


def test_sliders_stay_within_their_bounds(old_points: BilinearPoints) -> None:
    """A mouth opened twice as wide as the model can, and a frown of less than nothing."""
    far = 2.5 * SMILE
    far[SLOTS.index("mouthFrownLeft")] = -0.5
    found = fit_in_space(old_points, old_points.shape(np.zeros(8), far)[old_points.landmarks]).expression
    assert found.min() >= 0.0
    assert found.max() <= 1.0
    assert (found == 1.0).any()
    assert (found == 0.0).any()


def test_priors_pull(points: BilinearPoints) -> None:
    """A face of six sigma is found as one of fewer; a mixture that knows one expression alone has its way."""
    strange = np.array([6.0, *np.zeros(7)])
    loose = fit_in_space(points, points.shape(strange, np.zeros(51))[points.landmarks]).identity[0]
    narrow = replace(points, mean=points.mean * 0.1, identity=points.identity * 0.1)  # a sigma is worth a tenth
    pulled = fit_in_space(narrow, narrow.shape(strange, np.zeros(51))[points.landmarks]).identity[0]
    assert loose < 6.0
    assert pulled < 0.5 * loose
    frown = np.zeros(51)
    frown[SLOTS.index("mouthFrownLeft")] = 0.8
    certain = replace(points, prior=SliderMixture(np.ones(1), frown[None], 1e-6 * np.eye(51)[None]))
    _, pixels = seen(points, 0.0)
    np.testing.assert_allclose(fit_in_photo(certain, pixels[points.landmarks]).expression, frown, atol=0.02)


def test_the_gradient_of_the_expression_is_its_slope(points: BilinearPoints) -> None:
    random = np.random.default_rng(0)
    moves, neutral, sliders = random.normal(0, 1, (51, 30)), random.normal(0, 1, 30), random.uniform(0, 1, 51)
    for prior in (None, points.prior):
        slope = approx_fprime(
            sliders, lambda values, prior=prior: expression_cost(values, moves, neutral, prior)[0], 1e-7
        )
        np.testing.assert_allclose(expression_cost(sliders, moves, neutral, prior)[1], slope, rtol=1e-3, atol=1e-3)


def test_the_jaw_goes_to_the_outermost_candidates(points: BilinearPoints, old_points: BilinearPoints) -> None:
    _, pixels = seen(points, 35.0)
    moved = outlined(points, points.landmarks, pixels)
    for landmark in range(17):
        line = points.contours[landmark]
        side = pixels[line, 0] if landmark != 8 else pixels[line, 1]
        wanted = side.max() if landmark > 8 else side.min()
        assert moved[landmark] in line
        assert (pixels[moved[landmark], 0] if landmark != 8 else pixels[moved[landmark], 1]) == wanted
    assert (moved[:17] != points.landmarks[:17]).any()
    np.testing.assert_array_equal(moved[17:], points.landmarks[17:])
    np.testing.assert_array_equal(outlined(old_points, old_points.landmarks, pixels), old_points.landmarks)


@pytest.mark.parametrize("yaw", [0.0, 25.0, -40.0])
def test_a_face_with_an_outline_is_found_better_with_its_lines(
    points: BilinearPoints, old_points: BilinearPoints, yaw: float
) -> None:
    """A detector marks the jaw on the outline, where other vertices are than from the front."""
    _, pixels = seen(points, yaw)
    marked = pixels[outlined(points, points.landmarks, pixels)]
    truth = points.shape(IDENTITY, np.zeros(51))[points.landmarks]
    same_prior = replace(old_points, prior=points.prior)
    errors = []
    for model in (points, same_prior):
        found = fit_in_photo(model, marked)
        errors.append(_apart(model.shape(found.identity, np.zeros(51))[model.landmarks], truth))
    assert errors[0] < 0.8 * errors[1]


def test_a_photo_takes_a_fraction_of_the_official_time(points: BilinearPoints) -> None:
    _, pixels = seen(points, 20.0)
    start = time.process_time()
    fit_in_photo(points, pixels[points.landmarks])
    assert time.process_time() - start < 2.0  # 20 s is what the authors need
