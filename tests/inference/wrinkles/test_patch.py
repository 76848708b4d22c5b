"""Smooth fields on a patch of a mesh."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.inference.wrinkles.patch import Patch, gradients, patch_of, tangential, with_gradients


@pytest.fixture
def patch() -> Patch:
    """A flat sheet, 40 mm wide, in a mesh with more vertices."""
    grid = np.linspace(0.0, 0.04, 21)
    x, y = (axis.ravel() for axis in np.meshgrid(grid, grid))
    ids = np.arange(441).reshape(21, 21) + 5
    first = np.stack([ids[:-1, :-1], ids[:-1, 1:], ids[1:, 1:]], axis=-1).reshape(-1, 3)
    second = np.stack([ids[:-1, :-1], ids[1:, 1:], ids[1:, :-1]], axis=-1).reshape(-1, 3)
    vertices = np.concatenate([np.ones((5, 3)), np.stack([x, y, 0.0 * x], axis=1)])
    wanted = np.ones(len(vertices))
    wanted[:5] = 0.0
    return patch_of(wanted, vertices, np.concatenate([first, second, [[0, 1, 2]]]))


def test_a_patch_has_the_wanted_triangles_in_its_own_numbers(patch: Patch) -> None:
    assert len(patch.points) == 441
    assert patch.ids.min() == 5
    np.testing.assert_array_equal(patch.corners, patch.triangles + 5)
    assert patch.areas().sum() == pytest.approx(0.04**2)
    np.testing.assert_allclose(patch.normals(), np.broadcast_to([0.0, 0.0, 1.0], patch.points.shape), atol=1e-12)


def test_the_gradient_of_a_slope_is_its_steepness(patch: Patch) -> None:
    slope = patch.points @ [3.0, -2.0, 7.0]
    found = (gradients(patch) @ slope).reshape(3, -1).T
    np.testing.assert_allclose(found, np.broadcast_to([3.0, -2.0, 0.0], found.shape), atol=1e-9)


def test_values_are_found_from_their_gradients(patch: Patch) -> None:
    wanted = np.broadcast_to([[100.0], [50.0], [0.0]], (len(patch.triangles), 3, 1))
    weight = np.random.default_rng(0).uniform(0.1, 1.0, len(patch.triangles))
    found = with_gradients(patch, wanted, weight, np.array([7]), 1e-6)[:, 0]
    expected = (patch.points - patch.points[7]) @ [100.0, 50.0, 0.0]
    assert found[7] == pytest.approx(0.0, abs=1e-3)
    np.testing.assert_allclose(found - found[7], expected, atol=1e-6)


def test_pinned_points_bend_the_values(patch: Patch) -> None:
    level = np.flatnonzero(np.isclose(patch.points[:, 1], 0.02))
    wanted = np.broadcast_to([[30.0], [100.0], [0.0]], (len(patch.triangles), 3, 1))
    found = with_gradients(patch, wanted, np.ones(len(patch.triangles)), level, 100.0)[:, 0]
    assert np.abs(found[level]).max() < 0.01  # 0.6 where nothing is pinned
    assert found[-11] == pytest.approx(2.0, abs=0.2)  # the upper side, 20 mm above


def test_smoothing_keeps_the_sum_and_spreads(patch: Patch) -> None:
    spike = np.zeros((441, 1))
    spike[220] = 1.0
    found = patch.smoothed(spike, 0.005)
    assert found.max() < 0.1
    assert found[222, 0] > 0.2 * found[220, 0]
    np.testing.assert_allclose(patch.smoothed(np.ones((441, 2)), 0.005), 1.0)


def test_directions_lie_along_the_surface() -> None:
    normals = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    found = tangential(np.array([[3.0, 0.0, 4.0], [0.0, 5.0, 0.0]]), normals)
    np.testing.assert_allclose(found, [[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
