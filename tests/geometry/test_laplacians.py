"""Laplacians against loops over neighbours and triangles, and on functions whose Laplacian is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from likeness.geometry.edges import unique_edges
from likeness.geometry.laplacians import adjacency, cotangent_laplacian, graph_laplacian, harmonic, umbrella

SIDE = 6


def bumpy() -> tuple[np.ndarray, np.ndarray]:
    """A sheet of points (36, 3) with triangles (50, 3), and one lone point."""
    x, y = np.meshgrid(np.arange(SIDE), np.arange(SIDE), indexing="ij")
    points = np.stack([x.ravel(), y.ravel(), np.zeros(SIDE**2)], axis=1) * 0.01
    points += np.random.default_rng(0).normal(0, 0.002, points.shape)
    a = (np.arange(SIDE - 1)[:, None] * SIDE + np.arange(SIDE - 1)).ravel()
    triangles = np.concatenate([np.stack([a, a + SIDE, a + SIDE + 1], 1), np.stack([a, a + SIDE + 1, a + 1], 1)])
    return np.concatenate([points, [[1.0, 1.0, 1.0]]]), triangles


def neighbours_of(triangles: np.ndarray, count: int) -> list[set[int]]:
    found: list[set[int]] = [set() for _ in range(count)]
    for corners in triangles.tolist():
        for a in corners:
            found[a] |= set(corners) - {a}
    return found


def test_umbrella_is_a_point_minus_the_mean_of_its_neighbours() -> None:
    points, triangles = bumpy()
    around = neighbours_of(triangles, len(points))
    expected = [p - points[sorted(n)].mean(axis=0) if n else np.zeros(3) for p, n in zip(points, around, strict=True)]
    np.testing.assert_allclose(umbrella(triangles, len(points)) @ points, expected, atol=1e-15)


def test_graph_laplacian_sums_weighted_differences_even_where_weights_differ_both_ways() -> None:
    rng = np.random.default_rng(1)
    weights = rng.uniform(0, 1, (7, 7)) * (rng.uniform(0, 1, (7, 7)) < 0.6)
    np.fill_diagonal(weights, 0)
    values = rng.normal(size=(7, 2))
    from scipy.sparse import csr_matrix

    found = graph_laplacian(csr_matrix(weights)) @ values
    expected = [sum(weights[i, j] * (values[i] - values[j]) for j in range(7)) for i in range(7)]
    np.testing.assert_allclose(found, expected, atol=1e-14)


def test_weights_of_edges_count_both_ways() -> None:
    _, triangles = bumpy()
    edges = unique_edges(triangles)
    weights = np.random.default_rng(2).uniform(1, 2, len(edges))
    joined = adjacency(edges, SIDE**2 + 1, weights).toarray()
    for (i, j), weight in zip(edges, weights, strict=True):
        assert joined[i, j] == joined[j, i] == weight
    assert np.count_nonzero(joined) == 2 * len(edges)


def test_cotangents_as_angle_by_angle() -> None:
    points, triangles = bumpy()
    stiffness, mass = np.zeros((len(points), len(points))), np.zeros(len(points))
    for corners in triangles.tolist():
        for k in range(3):
            o, i, j = (corners[(k + n) % 3] for n in range(3))
            u, v = points[i] - points[o], points[j] - points[o]
            angle = np.arccos(u @ v / np.linalg.norm(u) / np.linalg.norm(v))
            weight = max(1 / np.tan(angle), 0) / 2
            for a, b in ((i, j), (j, i)):
                stiffness[a, b] -= weight
                stiffness[a, a] += weight
            mass[o] += np.linalg.norm(np.cross(u, v)) / 6
    found, found_mass = cotangent_laplacian(points, triangles)
    np.testing.assert_allclose(found.toarray(), stiffness, atol=1e-12)
    np.testing.assert_allclose(found_mass, mass, atol=1e-18)


def test_coordinates_of_a_flat_sheet_have_no_laplacian() -> None:
    points, triangles = bumpy()
    points[:, 2] = 0
    inner = [a * SIDE + b for a in range(1, SIDE - 1) for b in range(1, SIDE - 1)]
    sharp = cotangent_laplacian(points, triangles)[0].toarray()
    kept = [k for k in inner if (np.delete(sharp[k], k) <= 0).all()]
    plain = np.stack([np.arange(SIDE**2 + 1) // SIDE, np.arange(SIDE**2 + 1) % SIDE, np.zeros(SIDE**2 + 1)], axis=1)
    assert len(kept) == len(inner)
    np.testing.assert_allclose((cotangent_laplacian(plain * 0.01, triangles)[0] @ plain)[inner], 0, atol=1e-12)


@settings(max_examples=25)
@given(st.lists(st.floats(-1, 1), min_size=3, max_size=3))
def test_harmonic_values_are_means_and_stay_between_the_given_ones(numbers: list[float]) -> None:
    _, triangles = bumpy()
    count, fixed = SIDE**2, np.array([0, SIDE - 1, SIDE**2 - 1])
    values = np.zeros((count, 1))
    values[fixed, 0] = numbers
    free = np.setdiff1d(np.arange(count), fixed)
    matrix = umbrella(triangles, count)
    values[free] = harmonic(matrix, free, fixed, values[fixed])
    np.testing.assert_allclose((matrix @ values)[free], 0, atol=1e-12)
    assert min(numbers) - 1e-12 <= values.min() <= values.max() <= max(numbers) + 1e-12


def test_points_neither_free_nor_fixed_are_zero() -> None:
    line = np.array([[0, 1], [1, 2], [2, 3]])
    matrix = graph_laplacian(adjacency(line, 4))
    assert harmonic(matrix, np.array([1, 2]), np.array([0]), np.array([3.0])).tolist() == pytest.approx([2, 1])
