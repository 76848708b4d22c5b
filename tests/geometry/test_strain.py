"""Compression of a surface, against what is known of a plane and a naive reckoning per triangle."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.geometry.strain import compression
from synthetic import rotation_about

RNG = np.random.default_rng(3)


def plane(side: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """A square sheet of triangles in z = 0, and its corners."""
    grid = np.linspace(0.0, 0.1, side)
    x, y = (axis.ravel() for axis in np.meshgrid(grid, grid))
    ids = np.arange(side * side).reshape(side, side)
    first = np.stack([ids[:-1, :-1], ids[:-1, 1:], ids[1:, 1:]], axis=-1).reshape(-1, 3)
    second = np.stack([ids[:-1, :-1], ids[1:, 1:], ids[1:, :-1]], axis=-1).reshape(-1, 3)
    return np.stack([x, y, np.zeros_like(x)], axis=1), np.concatenate([first, second])


def naive(rest: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """Minus the negative part of Green's strain of one triangle, by least squares over its sides."""
    sides, new = rest[1:] - rest[0], moved[1:] - moved[0]
    gradient = np.linalg.lstsq(sides, new, rcond=None)[0].T  # (3, 3), of rank 2: nothing along the normal
    normal = np.cross(*sides)
    normal /= np.linalg.norm(normal)
    inside = np.eye(3) - np.outer(normal, normal)
    strain = 0.5 * (gradient.T @ gradient - inside)
    values, vectors = np.linalg.eigh(strain)
    return (vectors * np.maximum(-values, 0.0)) @ vectors.T


@pytest.mark.parametrize("angle", [0.0, 25.0, 90.0])
def test_a_plane_pressed_together_by_a_fifth(angle: float) -> None:
    points, triangles = plane()
    along = rotation_about((0, 0, 1), angle) @ [1.0, 0.0, 0.0]
    moved = points - 0.2 * (points @ along)[:, None] * along
    found = compression(points, moved, triangles)
    expected = 0.5 * (1.0 - 0.8**2) * np.outer(along, along)
    np.testing.assert_allclose(found, np.broadcast_to(expected, found.shape), atol=1e-12)


def test_turning_moving_and_stretching_press_nothing() -> None:
    points, triangles = plane()
    turn = rotation_about((1, 2, -1), 40.0)
    for moved in (points @ turn.T + [0.1, -0.2, 0.3], points * [1.3, 1.0, 1.0], points):
        assert np.abs(compression(points, moved, triangles)).max() < 1e-12


def test_any_triangles_as_reckoned_one_by_one() -> None:
    rest = RNG.normal(scale=0.01, size=(60, 3))
    moved = rest + RNG.normal(scale=0.003, size=rest.shape)
    triangles = np.arange(60).reshape(-1, 3)
    found = compression(rest, moved, triangles)
    expected = np.stack([naive(rest[ids], moved[ids]) for ids in triangles])
    np.testing.assert_allclose(found, expected, atol=1e-9)
    assert (np.linalg.eigvalsh(found)[:, -1] > 0.01).any()


def test_a_triangle_without_area_is_pressed_nowhere() -> None:
    points = np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0], [0, 0, 0]])
    assert not compression(points, 2.0 * points, np.array([[0, 1, 2], [0, 3, 1]])).any()
