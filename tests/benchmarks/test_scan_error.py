from __future__ import annotations

import numpy as np
import pytest
from likeness.benchmarks.scan import make_scan
from likeness.benchmarks.scan_error import Prediction, scan_errors, summarise
from likeness.geometry.normals import vertex_normals
from likeness.geometry.similarity import Similarity
from scipy.spatial.transform import Rotation

NEAR_LANDMARKS = np.array([[-45, 30], [-15, 30], [15, 30], [45, 30], [0, -20], [-22, -40], [22, -40]], float)


@pytest.fixture(scope="module")
def scan(fine_cap):
    vertices, triangles = fine_cap
    nearest = np.linalg.norm(vertices[:, None, :2] - NEAR_LANDMARKS, axis=2).argmin(axis=0)
    return make_scan(vertices, triangles, vertices[nearest])


def test_truth_moved_and_scaled_has_no_error(scan):
    rng = np.random.default_rng(0)
    away = Similarity(0.013, Rotation.from_euler("xyz", [20, -35, 10], degrees=True).as_matrix(), np.array([3.0, 1, 2]))
    noisy = away.apply(scan.landmarks7 + rng.normal(0, 2, (7, 3)))
    prediction = Prediction(away.apply(scan.vertices), scan.triangles, noisy, mm_per_unit=1 / 0.013)
    errors = scan_errors(scan, prediction)
    assert errors["scaled"].full.median < 0.005
    assert errors["metric"].full.median < 0.005
    assert errors["scaled"].pose.scale == pytest.approx(1 / 0.013, rel=1e-3)
    assert errors["anchored"].landmark_rms < errors["scaled"].landmark_rms


def test_long_waves_are_measured_nearly_as_put_in(scan):
    wave = np.sin(2 * np.pi * scan.vertices[:, 0] / 80) * np.sin(2 * np.pi * scan.vertices[:, 1] / 80)
    vertices = scan.vertices + wave[:, None] * vertex_normals(scan.vertices, scan.triangles)
    error = scan_errors(scan, Prediction(vertices, scan.triangles, scan.landmarks7, None))
    put_in = float(np.median(np.abs(wave)))
    # ICP soaks up a little of the wave; distance to a slanted surface is a little shorter than along the normal.
    assert 0.75 * put_in < error["scaled"].full.median <= 1.01 * put_in
    assert "metric" not in error


def test_metric_sees_a_wrong_size_that_scaled_forgives(scan):
    shrunk = Prediction(scan.vertices * 0.9, scan.triangles, scan.landmarks7 * 0.9, mm_per_unit=1.0)
    errors = scan_errors(scan, shrunk)
    assert errors["scaled"].full.median < 0.005
    assert errors["metric"].full.median > 0.5


def test_anchors_keep_a_sphere_in_place():
    """A ball turned on itself fits everywhere; only anchored ICP brings its landmarks home."""
    rng = np.random.default_rng(0)
    side = np.linspace(-0.9, 0.9, 60)
    phi, theta = np.meshgrid(side, side)
    ball = 90 * np.stack([np.sin(phi) * np.cos(theta), np.sin(theta), np.cos(phi) * np.cos(theta)], axis=2)
    index = np.arange(3600).reshape(60, 60)
    a, b, c, d = (i.ravel() for i in (index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]))
    triangles = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    landmarks = ball.reshape(-1, 3)[rng.integers(1000, 2600, 7)]
    scan = make_scan(ball.reshape(-1, 3), triangles, landmarks)
    wrong = landmarks + np.array([6.0, 0, 0]) * (np.arange(7) == 3)[:, None]
    errors = scan_errors(scan, Prediction(scan.vertices, triangles, wrong, None))
    assert errors["anchored"].landmark_rms < errors["scaled"].landmark_rms


def test_summary_of_nothing_is_not_a_number():
    assert np.isnan(summarise(np.array([])).median)
