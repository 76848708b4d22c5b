from __future__ import annotations

import numpy as np
import pytest
from likeness.inference.facescape.weak_perspective import WeakPerspective, pose_jacobian, refined, spread_start
from scipy.spatial.transform import Rotation

POINTS = np.random.default_rng(0).normal(0, 50, (20, 3))


def turned(yaw: float, pitch: float = 0.0) -> np.ndarray:
    return Rotation.from_euler("yx", [yaw, pitch], degrees=True).as_rotvec()


def test_a_face_that_looks_at_the_camera_is_where_its_spread_says() -> None:
    pose = WeakPerspective(3.0, np.array([200.0, 150.0]), np.zeros(3))
    found = spread_start(POINTS, pose.project(POINTS), np.zeros(3))
    assert found.scale == pytest.approx(3.0)
    np.testing.assert_allclose(found.shift, pose.shift)
    np.testing.assert_allclose(pose.project(np.array([[1.0, 2.0, 70.0]])), [[203.0, 156.0]])


@pytest.mark.parametrize(("yaw", "pitch"), [(0.0, 0.0), (50.0, 10.0), (-60.0, -25.0)])
def test_a_turned_face_is_found(yaw: float, pitch: float) -> None:
    pose = WeakPerspective(2.5, np.array([-30.0, 400.0]), turned(yaw, pitch))
    pixels = pose.project(POINTS)
    found = refined(spread_start(POINTS, pixels, np.zeros(3)), POINTS, pixels)
    np.testing.assert_allclose(found.project(POINTS), pixels, atol=1e-3)
    assert found.scale == pytest.approx(2.5, rel=1e-5)
    np.testing.assert_allclose(found.rotation, pose.rotation, atol=1e-5)


@pytest.mark.parametrize("turn", [np.zeros(3), np.array([1e-5, 0, 0]), turned(40.0, -20.0), turned(170.0, 5.0)])
def test_the_jacobian_is_the_slope(turn: np.ndarray) -> None:
    values = np.concatenate([[2.0], [5.0, -7.0], turn])

    def project(v: np.ndarray) -> np.ndarray:
        return WeakPerspective(v[0], v[1:3], v[3:]).project(POINTS).ravel()

    step = 1e-5
    slopes = [(project(values + step * unit) - project(values - step * unit)) / (2 * step) for unit in np.eye(6)]
    jacobian = pose_jacobian(WeakPerspective(2.0, values[1:3], turn), POINTS)
    np.testing.assert_allclose(jacobian, np.stack(slopes, axis=1), atol=1e-3)
