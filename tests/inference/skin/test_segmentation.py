"""The skin mask leaves out what is painted over a real face, and only that."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from likeness.inference.detectors.landmarks import FaceLandmarks, detect_faces
from likeness.inference.images import Photo
from likeness.inference.skin.mixture import FLOOR, fit_mixture, log_density
from likeness.inference.skin.segmentation import skin_confidence


@pytest.fixture(scope="module")
def portrait(face_finder: None) -> tuple[np.ndarray, FaceLandmarks]:
    from skimage import data

    pixels = data.astronaut()
    return pixels, detect_faces(Photo(None, pixels))[0]


def around(points: np.ndarray, radius: int) -> np.ndarray:
    """(512, 512) bool: discs round points."""
    mask = np.zeros((512, 512), np.uint8)
    for x, y in points:
        cv2.circle(mask, (int(x), int(y)), radius, (1,), -1)
    return mask > 0


def test_skin_hair_eyes_and_background(portrait: tuple[np.ndarray, FaceLandmarks]) -> None:
    pixels, face = portrait
    mask = skin_confidence(Photo(None, pixels), face)
    points = face.points
    assert mask.shape == (512, 512)
    assert mask.min() >= 0
    assert mask.max() <= 1
    cheeks_nose_chin = around(points[[50, 280, 5, 199, 9, 205, 425]], 3)
    assert mask[cheeks_nose_chin].mean() > 0.95
    lips_and_brows = around(points[[0, 17, 105]], 1)
    assert mask[lips_and_brows].mean() > 0.6
    assert mask[around(points[[468, 473, 13]], 1)].mean() < 0.15  # eyes, between the lips
    hair = around(points[[10]] - (0, 40), 8) | around(points[[454]] + (22, -30), 6)
    assert mask[hair].mean() < 0.1
    assert mask[:, 340:].max() < 0.1
    assert mask[260:].max() < 0.2  # the suit


@pytest.mark.parametrize("gain", [(1, 1, 1), (0.35, 0.35, 0.35), (1.1, 0.7, 0.45)])
def test_light_and_colour_of_the_light_matter_little(
    portrait: tuple[np.ndarray, FaceLandmarks], gain: tuple[float, ...]
) -> None:
    pixels, face = portrait
    mask = skin_confidence(Photo(None, np.clip(pixels * np.array(gain), 0, 255).astype(np.uint8)), face)
    plain = skin_confidence(Photo(None, pixels), face)
    assert ((mask > 0.5) == (plain > 0.5))[60:200, 150:300].mean() > 0.95


def test_dark_rims_are_out_and_the_skin_in_them_stays(portrait: tuple[np.ndarray, FaceLandmarks]) -> None:
    pixels, face = portrait
    eyes = face.ibug68()[36:48].reshape(2, 6, 2).mean(axis=1)
    rims = np.zeros((512, 512), np.uint8)
    for x, y in eyes:
        cv2.circle(rims, (round(x), round(y)), 15, (1,), 3)
    worn = np.where(rims[..., None] > 0, np.uint8(14), pixels)
    mask = skin_confidence(Photo(None, worn), face)
    lower = (rims > 0) & (np.arange(512) > eyes[0, 1])[:, None]
    assert mask[lower].mean() < 0.2
    assert mask[around(face.points[[50, 280, 5]], 3)].mean() > 0.9


@pytest.mark.parametrize(
    ("colour", "low", "high"), [((150, 190, 230), 0.0, 0.25), ((30, 120, 40), 0.0, 0.25), ((60, 45, 38), 0.3, 0.6)]
)
def test_masks_are_out_and_beards_middling(
    portrait: tuple[np.ndarray, FaceLandmarks], colour: tuple[int, ...], low: float, high: float
) -> None:
    pixels, face = portrait
    worn = pixels.copy()
    jaw = face.ibug68()[3:14]
    cv2.fillPoly(worn, [np.round(jaw).astype(np.int32)], colour)
    mask = skin_confidence(Photo(None, worn), face)
    assert low <= mask[around(face.points[[199, 212, 432]], 4)].mean() <= high
    assert mask[around(face.points[[50, 280, 5]], 3)].mean() > 0.9


def test_a_fringe_is_out(portrait: tuple[np.ndarray, FaceLandmarks]) -> None:
    pixels, face = portrait
    worn = pixels.copy()
    above, below = face.points[[54, 103, 67, 109]] - (0, 10), face.points[[108, 69, 104, 68]] + (0, 5)
    fringe = np.concatenate([above, below])
    cv2.fillPoly(worn, [np.round(fringe).astype(np.int32)], (70, 52, 30))
    covered = around(face.points[[108, 69, 104]], 2)
    assert skin_confidence(Photo(None, pixels), face)[covered].mean() > 0.7
    assert skin_confidence(Photo(None, worn), face)[covered].mean() < 0.3


def test_a_black_photo_and_a_face_at_the_edge_give_numbers(portrait: tuple[np.ndarray, FaceLandmarks]) -> None:
    pixels, face = portrait
    assert np.isfinite(skin_confidence(Photo(None, np.zeros_like(pixels)), face)).all()
    cut = Photo(None, np.ascontiguousarray(pixels[:140, :230]))
    mask = skin_confidence(cut, face)
    assert mask.shape == (140, 230)
    assert np.isfinite(mask).all()


def test_mixture_recovers_two_clouds() -> None:
    rng = np.random.default_rng(0)
    clouds = np.concatenate([rng.normal(0, 0.2, (600, 3)), rng.normal(2, 0.4, (300, 3)), rng.normal(9, 1, (300, 3))])
    weights = np.repeat([1.0, 1.0, 0.0], [600, 300, 300])
    mixture = fit_mixture(clouds, weights, 2)
    np.testing.assert_allclose(mixture.mean, [[0, 0, 0], [2, 2, 2]], atol=0.08)
    np.testing.assert_allclose(mixture.share, [2 / 3, 1 / 3], atol=0.03)
    variance = mixture.covariance[0].diagonal()
    np.testing.assert_allclose(variance, 0.2**2 + FLOOR**2, rtol=0.25)


def test_mixture_density_is_the_gaussian_sum() -> None:
    from scipy.stats import multivariate_normal

    rng = np.random.default_rng(1)
    samples = rng.normal(size=(400, 3)) * (1, 0.5, 2)
    mixture = fit_mixture(samples, np.ones(400), 3)
    parts = zip(mixture.share, mixture.mean, mixture.covariance, strict=True)
    naive = np.sum([share * multivariate_normal(mean, cov).pdf(samples) for share, mean, cov in parts], axis=0)
    np.testing.assert_allclose(log_density(mixture, samples), np.log(naive), atol=1e-6)
