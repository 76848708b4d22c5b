"""Catmull-Clark as a matrix: against the textbook rule by loops, and on shapes whose limit is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from likeness.geometry.edges import half_edges
from likeness.geometry.laplacians import umbrella
from likeness.geometry.subdivision import interpolating_control, mirror_subdivided, subdivide

CUBE = np.array([[0, 3, 2, 1], [4, 5, 6, 7], [0, 1, 5, 4], [1, 2, 6, 5], [2, 3, 7, 6], [3, 0, 4, 7]])
CUBE_POINTS = np.array([[x, y, z] for z in (-1, 1) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))], dtype=float)
TENT = np.array([[0, 1, 4, -1], [1, 2, 4, -1], [2, 3, 5, 4], [3, 0, 4, 5]])  # triangles, quads and a border


def _naive(faces: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, dict[frozenset[int], np.ndarray]]:
    """Vertex points (N, 3) and edge points by edge, by the textbook's rule, one vertex at a time."""
    loops = [[int(v) for v in f if v >= 0] for f in faces]
    centres = [points[loop].mean(axis=0) for loop in loops]
    users: dict[frozenset[int], list[int]] = {}
    for index, loop in enumerate(loops):
        for a, b in zip(loop, [*loop[1:], loop[0]], strict=True):
            users.setdefault(frozenset((a, b)), []).append(index)
    edge_points = {}
    for edge, around in users.items():
        ends = [points[v] for v in edge]
        edge_points[edge] = np.mean([*ends, *(centres[f] for f in around)] if len(around) == 2 else ends, axis=0)
    moved = points.copy()
    for vertex in range(len(points)):
        touching = [e for e in users if vertex in e]
        border = [e for e in touching if len(users[e]) == 1]
        if border:
            moved[vertex] = 0.75 * points[vertex] + sum(points[next(iter(e - {vertex}))] for e in border) / 8
        else:
            n = len(touching)
            face_mean = np.mean([centres[i] for i, loop in enumerate(loops) if vertex in loop], axis=0)
            edge_mean = np.mean([np.mean([points[v] for v in e], axis=0) for e in touching], axis=0)
            moved[vertex] = (face_mean + 2 * edge_mean + (n - 3) * points[vertex]) / n
    return moved, edge_points


@pytest.mark.parametrize("faces", [CUBE, TENT])
def test_one_step_is_the_textbook_rule(faces: np.ndarray) -> None:
    count = int(faces.max()) + 1
    points = np.random.default_rng(0).standard_normal((count, 3))
    step = subdivide(faces, count, 1)
    fine = step.matrix @ points
    moved, edge_points = _naive(faces, points)
    np.testing.assert_allclose(fine[:count], moved, atol=1e-12)
    for index, edge in enumerate(step.edges):
        np.testing.assert_allclose(fine[count + index], edge_points[frozenset(edge.tolist())], atol=1e-12)
    for face, parent in zip(step.faces, step.parents, strict=True):
        np.testing.assert_allclose(fine[face[2]], points[faces[parent][faces[parent] >= 0]].mean(axis=0), atol=1e-12)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_commutes_with_affine_maps(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points, linear, shift = rng.standard_normal((6, 3)), rng.standard_normal((3, 3)), rng.standard_normal(3)
    matrix = subdivide(TENT, 6, 2).matrix
    np.testing.assert_allclose(matrix @ (points @ linear + shift), matrix @ points @ linear + shift, atol=1e-9)


def test_keeps_winding_and_closes() -> None:
    fine = subdivide(CUBE, 8, 2)
    assert len(fine.faces) == 6 * 16
    _, start, end, _ = half_edges(fine.faces)
    edges = set(zip(start.tolist(), end.tolist(), strict=True))
    assert len(edges) == len(start)
    assert all((b, a) in edges for a, b in edges)
    points = fine.matrix @ CUBE_POINTS
    corners = points[fine.faces]
    volume = np.linalg.det(corners[:, :3]).sum() + np.linalg.det(corners[:, [0, 2, 3]]).sum()
    assert volume > 0, "outside stays outside"


def test_mirror_of_the_fine_mesh() -> None:
    mirror = np.array([1, 0, 3, 2, 5, 4, 7, 6])
    fine = subdivide(CUBE, 8, 2).matrix @ CUBE_POINTS
    image = mirror_subdivided(CUBE, mirror, 2)
    np.testing.assert_allclose(fine[image] * [-1, 1, 1], fine, atol=1e-12)


def test_interpolating_control_passes_through_its_points() -> None:
    matrix = subdivide(TENT, 6, 2).matrix[:6]
    points = np.random.default_rng(1).standard_normal((6, 3))
    exact = interpolating_control(matrix, umbrella(TENT, 6), 0.0)
    np.testing.assert_allclose(matrix @ exact @ points, points, atol=1e-9)
    stiff = interpolating_control(matrix, umbrella(TENT, 6), 1e9)
    shift = stiff @ points - points
    np.testing.assert_allclose(umbrella(TENT, 6) @ shift, 0, atol=1e-6)
