from __future__ import annotations

import numpy as np
import pytest
from likeness.benchmarks.surfaces import Surface, border_edges, closest_on_triangles


def naive_distance(point: np.ndarray, corners: np.ndarray) -> float:
    """Least distance to a dense barycentric grid of one triangle."""
    steps = 60
    i, j = np.meshgrid(np.arange(steps + 1), np.arange(steps + 1), indexing="ij")
    inside = i + j <= steps
    weights = np.stack([i[inside], j[inside], steps - i[inside] - j[inside]], axis=1) / steps
    return float(np.linalg.norm(weights @ corners - point, axis=1).min())


def test_closest_point_of_a_triangle_beats_every_point_of_a_fine_grid():
    rng = np.random.default_rng(0)
    points, corners = rng.normal(size=(200, 3)) * 1.5, rng.normal(size=(200, 3, 3))
    found, weights = closest_on_triangles(points, corners)
    distance = np.linalg.norm(found - points, axis=1)
    naive = np.array([naive_distance(p, c) for p, c in zip(points, corners, strict=True)])
    assert (weights >= 0).all()
    assert np.allclose(weights.sum(axis=1), 1)
    assert np.allclose(np.einsum("nk,nkd->nd", weights, corners), found)
    assert (distance <= naive + 1e-12).all()
    assert np.allclose(distance, naive, atol=0.05)


def test_triangle_without_area_is_a_segment():
    corners = np.array([[[0.0, 0, 0], [1, 0, 0], [2, 0, 0]], [[1.0, 1, 1]] * 3])
    found, _ = closest_on_triangles(np.array([[1.5, 3.0, 0], [0, 0, 0]]), corners)
    assert np.allclose(found, [[1.5, 0, 0], [1, 1, 1]])


def test_surface_search_equals_brute_force(coarse_cap):
    vertices, triangles = coarse_cap
    rng = np.random.default_rng(1)
    queries = vertices[rng.integers(len(vertices), size=120)] + rng.normal(size=(120, 3)) * 4
    found = Surface(vertices, triangles, longest_edge=3.0).closest(queries)
    corners = vertices[triangles]
    brute = np.array(
        [
            np.linalg.norm(closest_on_triangles(np.broadcast_to(q, (len(corners), 3)), corners)[0] - q, axis=1).min()
            for q in queries
        ]
    )
    assert np.allclose(found.distances, brute, atol=1e-9)
    assert np.allclose(np.linalg.norm(found.points - queries, axis=1), found.distances)


def test_cutting_long_triangles_changes_neither_surface_nor_border():
    square = np.array([[0.0, 0, 0], [10, 0, 0], [10, 10, 0], [0, 10, 0]])
    halves = np.array([[0, 1, 2], [0, 2, 3]])
    queries = np.array([[5.0, 5.0, 2.0], [3.0, 7.0, 1.0], [-1.0, 4.0, 0.0], [11.0, 12.0, 0.0]])
    found = Surface(square, halves, longest_edge=0.7).closest(queries)
    assert np.allclose(found.points, [[5, 5, 0], [3, 7, 0], [0, 4, 0], [10, 10, 0]])
    assert found.on_border.tolist() == [False, False, True, True]


@pytest.mark.parametrize("doubled", [False, True])
def test_border_is_the_outline_even_with_a_texture_seam(doubled: bool):
    vertices = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0], [1, 1, 0]])
    triangles = np.array([[0, 1, 2], [4, 5, 3]] if doubled else [[0, 1, 2], [0, 2, 3]])
    assert border_edges(vertices, triangles).tolist() == [[True, True, False], [False, True, True]]
