"""How small displacements look on another face: the same whatever the mesh, and without steps from place to place."""

from __future__ import annotations

import numpy as np
from likeness.bfm.transfer.motions import local_maps

MM = 0.001


def dome(count: int, seed: int) -> np.ndarray:
    """Random points (count, 3) of a dome the size of a face, every second one at its lips, within some millimetres."""
    random = np.random.default_rng(seed)
    spread = np.where(np.arange(count) % 2, 70 * MM, 3 * MM)[:, None]
    x, y = (random.uniform(-1, 1, (count, 2)) * spread).T
    return np.stack([x, y, 90 * MM - 8 * (x**2 + y**2)], axis=-1)


def grown(points: np.ndarray) -> np.ndarray:
    """The same dome of a head that is larger and wider."""
    return points * (1.15, 1.05, 1.05)


def test_errors_of_a_dense_place_do_not_count_for_more() -> None:
    before = dome(8000, 0)
    noise = np.random.default_rng(1).normal(0, 0.7 * MM, before.shape)
    points = dome(500, 2)
    maps = local_maps(before, grown(before) + noise, points)
    lips = np.linalg.norm(points[:, :2], axis=1) < 5 * MM
    np.testing.assert_allclose(maps[lips], np.tile(np.diag([1.15, 1.05, 1.05]), (lips.sum(), 1, 1)), atol=0.1)


def test_neighbours_have_nearly_the_same_map() -> None:
    before = dome(8000, 0)
    after = grown(before) + np.random.default_rng(1).normal(0, 0.7 * MM, before.shape)
    way = np.linspace(-50 * MM, 50 * MM, 2001)
    points = np.stack([way, 0.3 * way, 90 * MM - 8 * 1.09 * way**2], axis=-1)
    steps = np.abs(np.diff(local_maps(before, after, points), axis=0)).max(axis=(1, 2))
    assert steps.max() < 0.005  # over 50 micrometres


def test_few_points_have_the_map_of_all() -> None:
    corners = 10 * MM * np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    np.testing.assert_allclose(
        local_maps(corners, 1.2 * corners, corners), np.tile(1.2 * np.eye(3), (4, 1, 1)), atol=1e-6
    )
