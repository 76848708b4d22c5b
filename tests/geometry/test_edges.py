"""Edges of mixed meshes, against a walk round every face."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from likeness.geometry.edges import border_sides, edges_of, half_edges, unique_edges

TENT = np.array([[0, 1, 4, -1], [1, 2, 4, -1], [2, 3, 5, 4], [3, 0, 4, 5]], dtype=np.int32)
STRIP = np.array([[0, 1, 2], [2, 1, 3], [2, 3, 4], [7, 8, 9]])


def naive(faces: np.ndarray) -> list[tuple[int, int]]:
    """The directed edges of all faces, in order."""
    walked = []
    for face in faces.tolist():
        loop = [corner for corner in face if corner >= 0]
        walked += list(zip(loop, [*loop[1:], loop[0]], strict=True))
    return walked


@pytest.mark.parametrize("faces", [TENT, STRIP])
def test_every_edge_once_and_how_often_it_is_used(faces: np.ndarray) -> None:
    walked = naive(faces)
    _, start, end, _ = half_edges(faces)
    assert list(zip(start.tolist(), end.tolist(), strict=True)) == walked
    uses = Counter((min(side), max(side)) for side in walked)
    edges = edges_of(faces)
    assert [tuple(ends) for ends in edges.ends.tolist()] == sorted(uses)
    assert edges.users.tolist() == [uses[key] for key in sorted(uses)]
    assert edges.border.tolist() == [uses[key] == 1 for key in sorted(uses)]
    assert [tuple(edges.ends[e]) for e in edges.of_half] == [(min(side), max(side)) for side in walked]
    np.testing.assert_array_equal(unique_edges(faces), edges.ends)


def test_previous_half_edge_is_of_the_same_face() -> None:
    face, start, end, previous = half_edges(TENT)
    for k in range(len(face)):
        mine = face == face[k]
        assert start[mine][end[mine] == start[k]].tolist() == [previous[k]]


def test_sides_of_one_triangle_only() -> None:
    uses = Counter(frozenset(side) for side in naive(STRIP))
    expected = [uses[frozenset(side)] == 1 for side in naive(STRIP)]
    assert border_sides(STRIP).ravel().tolist() == expected
    assert 0 < sum(expected) < len(expected)


def test_no_faces_have_no_edges() -> None:
    assert unique_edges(np.zeros((0, 3), dtype=int)).shape == (0, 2)
