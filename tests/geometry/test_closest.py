"""The fast search for closest points agrees with looking at every triangle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from likeness.geometry.closest import AGREEMENT, SearchableSurface, closest_on_triangles


def a_mesh(seed: int, count: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Loose triangles of very different sizes."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(-4, 1.2, (count, 1, 1)))
    corners = rng.normal(0, 0.1, (count, 1, 3)) + size * rng.normal(size=(count, 3, 3))
    return corners.reshape(-1, 3), np.arange(3 * count).reshape(-1, 3)


def naive(surface: SearchableSurface, points: np.ndarray, normals: np.ndarray | None, within: float) -> np.ndarray:
    distances = []
    for k, point in enumerate(points):
        _, nearest = closest_on_triangles(np.repeat(point[None], len(surface.corners), axis=0), surface.corners)
        apart = np.linalg.norm(nearest - point, axis=1)
        if normals is not None:
            apart[surface.normals @ normals[k] <= AGREEMENT] = np.inf
        best = apart.min()
        distances.append(best if best <= within else np.inf)
    return np.array(distances)


@pytest.mark.parametrize("within", [np.inf, 0.02])
@pytest.mark.parametrize("facing", [False, True])
def test_as_every_triangle_in_turn(facing: bool, within: float) -> None:
    surface = SearchableSurface(*a_mesh(1))
    rng = np.random.default_rng(2)
    points, normals = rng.normal(0, 0.12, (150, 3)), rng.normal(size=(150, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    found = surface.closest(points, normals if facing else None, within)
    expected = naive(surface, points, normals if facing else None, within)
    assert np.isinf(expected).any() == (within < 1)
    np.testing.assert_array_equal(found.distance, expected)
    hit = np.isfinite(expected)
    at = np.einsum("nk,nkd->nd", found.weights, surface.corners[found.triangles])
    np.testing.assert_allclose(at[hit], found.points[hit], atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(at - points, axis=1)[hit], expected[hit], atol=1e-12)


@example([1.0, *[0.0] * 7, 1.6e-55, 1.0, 0.0, 0.0])  # a triangle whose area is too small for a number
@given(st.lists(st.floats(-1, 1), min_size=12, max_size=12))
@settings(max_examples=200)
def test_no_point_of_a_triangle_is_nearer(numbers: list[float]) -> None:
    values = np.array(numbers).reshape(4, 3)
    point, corners = values[:1], values[None, 1:]
    weights, nearest = closest_on_triangles(point, corners)
    assert weights.min() >= -1e-9
    assert weights.sum() == pytest.approx(1)
    others = np.random.default_rng(0).dirichlet(np.ones(3), 300) @ corners[0]
    assert np.linalg.norm(nearest - point) <= np.linalg.norm(others - point, axis=1).min() + 1e-7


def test_hits_on_an_open_border_are_known() -> None:
    vertices = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], dtype=float)
    surface = SearchableSurface(vertices, np.array([[0, 1, 2], [0, 2, 3]]))
    hits = surface.closest(np.array([[0.5, -1, 0], [0.6, 0.4, 1], [0.5, 0.5, 1], [2, 2, 0]]))
    assert surface.on_border(hits).tolist() == [True, False, False, True]


def naive_distance(point: np.ndarray, corners: np.ndarray) -> float:
    """Least distance to a dense barycentric grid of one triangle."""
    steps = 60
    i, j = np.meshgrid(np.arange(steps + 1), np.arange(steps + 1), indexing="ij")
    inside = i + j <= steps
    weights = np.stack([i[inside], j[inside], steps - i[inside] - j[inside]], axis=1) / steps
    return float(np.linalg.norm(weights @ corners - point, axis=1).min())


def test_closest_point_of_a_triangle_beats_every_point_of_a_fine_grid() -> None:
    rng = np.random.default_rng(0)
    points, corners = rng.normal(size=(200, 3)) * 1.5, rng.normal(size=(200, 3, 3))
    weights, found = closest_on_triangles(points, corners)
    distance = np.linalg.norm(found - points, axis=1)
    naive = np.array([naive_distance(p, c) for p, c in zip(points, corners, strict=True)])
    assert (weights >= 0).all()
    assert np.allclose(weights.sum(axis=1), 1)
    assert np.allclose(np.einsum("nk,nkd->nd", weights, corners), found)
    assert (distance <= naive + 1e-12).all()
    assert np.allclose(distance, naive, atol=0.05)


def test_triangle_without_area_is_a_segment() -> None:
    corners = np.array([[[0.0, 0, 0], [1, 0, 0], [2, 0, 0]], [[1.0, 1, 1]] * 3])
    _, found = closest_on_triangles(np.array([[1.5, 3.0, 0], [0, 0, 0]]), corners)
    assert np.allclose(found, [[1.5, 0, 0], [1, 1, 1]])


def test_a_surface_says_its_outline_even_where_a_triangle_is_large() -> None:
    square = np.array([[0.0, 0, 0], [10, 0, 0], [10, 10, 0], [0, 10, 0]])
    surface = SearchableSurface(square, np.array([[0, 1, 2], [0, 2, 3]]))
    found = surface.closest(np.array([[5.0, 5.0, 2.0], [3.0, 7.0, 1.0], [-1.0, 4.0, 0.0], [11.0, 12.0, 0.0]]))
    assert np.allclose(found.points, [[5, 5, 0], [3, 7, 0], [0, 4, 0], [10, 10, 0]])
    assert surface.on_border(found).tolist() == [False, False, True, True]


def test_a_border_may_be_told() -> None:
    square = np.array([[0.0, 0, 0], [10, 0, 0], [10, 10, 0], [0, 10, 0]])
    told = np.array([[True, False, False], [False, False, False]])
    surface = SearchableSurface(square, np.array([[0, 1, 2], [0, 2, 3]]), told)
    hits = surface.closest(np.array([[5.0, -1.0, 0.0], [11.0, 5.0, 0.0]]))
    assert surface.on_border(hits).tolist() == [True, False]
