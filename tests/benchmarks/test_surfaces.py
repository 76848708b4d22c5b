from __future__ import annotations

import numpy as np
import pytest
from likeness.benchmarks.surfaces import welded_border
from likeness.geometry.closest import SearchableSurface, closest_on_triangles


def test_surface_search_equals_brute_force(coarse_cap: tuple[np.ndarray, np.ndarray]) -> None:
    vertices, triangles = coarse_cap
    rng = np.random.default_rng(1)
    queries = vertices[rng.integers(len(vertices), size=120)] + rng.normal(size=(120, 3)) * 4
    found = SearchableSurface(vertices, triangles, welded_border(vertices, triangles)).closest(queries)
    corners = vertices[triangles]
    brute = np.array(
        [
            np.linalg.norm(closest_on_triangles(np.broadcast_to(q, (len(corners), 3)), corners)[1] - q, axis=1).min()
            for q in queries
        ]
    )
    assert np.allclose(found.distance, brute, atol=1e-9)
    assert np.allclose(np.linalg.norm(found.points - queries, axis=1), found.distance)


@pytest.mark.parametrize("doubled", [False, True])
def test_border_is_the_outline_even_with_a_texture_seam(doubled: bool) -> None:
    vertices = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0], [1, 1, 0]])
    triangles = np.array([[0, 1, 2], [4, 5, 3]] if doubled else [[0, 1, 2], [0, 2, 3]])
    assert welded_border(vertices, triangles).tolist() == [[True, True, False], [False, True, True]]
