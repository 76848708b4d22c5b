"""Normals against a loop, against PyTorch's twin and on shapes that say them."""

from __future__ import annotations

import numpy as np
import torch
from likeness.geometry.faces import both_triangulations
from likeness.geometry.normals import area_normals, triangle_normals, vertex_normals
from likeness.inference.rendering.normals import vertex_normals as twin


def cloud(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Random triangles (60, 3) over 31 points, of which the last is used by none."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(31, 3)), np.stack([rng.permutation(30)[:3] for _ in range(60)])


def test_as_triangle_by_triangle_to_the_last_bit() -> None:
    vertices, triangles = cloud(0)
    total = np.zeros((31, 3))
    for corner in range(3):
        for triangle in triangles:
            a, b, c = vertices[triangle]
            total[triangle[corner]] += np.cross(b - a, c - a)
    expected = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-30)
    np.testing.assert_array_equal(vertex_normals(vertices, triangles), expected)
    assert not vertex_normals(vertices, triangles)[-1].any()


def test_single_precision_is_summed_in_double() -> None:
    vertices, triangles = cloud(1)
    single = vertices.astype(np.float32)
    np.testing.assert_array_equal(vertex_normals(single, triangles), vertex_normals(single.astype(float), triangles))


def test_the_twin_with_gradients_agrees() -> None:
    vertices, triangles = cloud(2)
    theirs = twin(torch.from_numpy(vertices)[None], torch.from_numpy(triangles))[0].numpy()
    np.testing.assert_allclose(vertex_normals(vertices, triangles), theirs, atol=1e-12)


def test_length_is_twice_the_area_and_none_for_a_segment() -> None:
    corners = np.array([[[0.0, 0, 0], [2, 0, 0], [0, 3, 0]], [[0, 0, 0], [1, 1, 1], [2, 2, 2]]])
    np.testing.assert_array_equal(area_normals(corners), [[0, 0, 6], [0, 0, 0]])
    np.testing.assert_array_equal(triangle_normals(corners), [[0, 0, 1], [0, 0, 0]])


def test_both_cuts_of_a_quad_and_triangles_twice() -> None:
    faces = np.array([[0, 1, 2, 3], [3, 2, 4, -1]])
    found = sorted(map(tuple, both_triangulations(faces).tolist()))
    assert found == [(0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3), (3, 2, 4), (3, 2, 4)]
