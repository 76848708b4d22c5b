from __future__ import annotations

import numpy as np
import pytest
import torch
from likeness.benchmarks.normal_error import normal_error, see
from likeness.benchmarks.scan import make_scan
from likeness.inference.camera import Camera

EYES = [[-45.0, 30, 40], [-15, 30, 50], [15, 30, 50], [45, 30, 40]]
LANDMARKS = np.array([*EYES, [0, -20, 70], [-22, -40, 50], [22, -40, 50]])


@pytest.fixture(scope="module")
def camera():
    intrinsics = torch.tensor([[300.0, 0, 80], [0, 300, 80], [0, 0, 1]], dtype=torch.float64)
    facing = torch.diag(torch.tensor([1.0, -1, -1], dtype=torch.float64))
    return Camera(intrinsics, facing, torch.tensor([0.0, 0, 400], dtype=torch.float64), (160, 160))


@pytest.fixture(scope="module")
def scan(fine_cap):
    return make_scan(*fine_cap, LANDMARKS)


def test_truth_agrees_with_itself_in_either_winding(scan, camera):
    truth = see(scan.vertices, scan.triangles, camera)
    for triangles in (scan.triangles, scan.triangles[:, ::-1]):
        error = normal_error(scan, truth, see(scan.vertices, triangles, camera), camera)
        assert error.mean < 1e-4
        assert error.fine.r == pytest.approx(1)
        assert error.detail.energy == pytest.approx(1)
        assert error.pixels > 5000


def test_a_tilt_is_measured_in_degrees(scan, camera):
    angle = np.radians(7.0)
    tilt = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
    truth = see(scan.vertices, scan.triangles, camera)
    tilted = type(truth)(truth.depth, truth.normals @ tilt.T)
    error = normal_error(scan, truth, tilted, camera)
    across = np.degrees(np.arccos(np.clip((truth.normals * tilted.normals).sum(2), -1, 1)))[truth.depth < np.inf]
    assert error.median == pytest.approx(np.median(across), abs=1.0)
    assert 3.0 < error.median <= 7.0


def test_depth_is_the_distance_along_the_optical_axis(scan, camera):
    seen = see(scan.vertices, scan.triangles, camera)
    assert seen.depth.min() == pytest.approx(400 - scan.vertices[:, 2].max(), abs=0.5)
    assert np.isinf(seen.depth[0, 0]) == (not seen.normals[0, 0].any())


def test_smooth_surface_has_little_energy_and_opposite_bumps_correlate_negatively(scan, camera):
    vertices, triangles = scan.vertices, scan.triangles
    bump = 0.4 * np.sin(vertices[:, 0] * 1.3) * np.sin(vertices[:, 1] * 1.3)
    rough, inverse = vertices.copy(), vertices.copy()
    rough[:, 2] += bump
    inverse[:, 2] -= bump
    truth = see(rough, triangles, camera)
    smooth = normal_error(scan, truth, see(vertices, triangles, camera), camera)
    opposite = normal_error(scan, truth, see(inverse, triangles, camera), camera)
    assert smooth.fine.energy < 0.5
    assert opposite.fine.r < -0.5
    assert opposite.fine.energy == pytest.approx(1, abs=0.1)
