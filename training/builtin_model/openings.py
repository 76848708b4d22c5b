"""The edges of eyes and mouth on a mesh: closed border loops, their upper and lower halves, and what lies behind each.

A column is a line of vertices that leaves a loop straight across the mesh: through lid or lip, ring by ring.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ...geometry.arrays import Floats, Ints
from ...geometry.edges import edges_of


def border_loops(faces: Ints) -> list[Ints]:
    """The closed borders of faces (F, 4), each a loop of vertex ids in order, beginning anywhere."""
    edges = edges_of(faces)
    beside: dict[int, list[int]] = {}
    for a, b in edges.ends[edges.border].tolist():
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    left, loops = set(beside), []
    while left:
        first = min(left)
        loop = [first, beside[first][0]]
        while loop[-1] != first:
            ahead = [v for v in beside[loop[-1]] if v != loop[-2]]
            loop.append(ahead[0])
        left -= set(loop)
        loops.append(np.array(loop[:-1]))
    return loops


def halves(loop: Ints, vertices: Floats) -> tuple[Ints, Ints]:
    """The upper and the lower half of a loop, both from its lowest to its highest X, ends included."""
    x = vertices[loop, 0]
    first, last = int(x.argmin()), int(x.argmax())
    turned, at = np.roll(loop, -first), (last - first) % len(loop)
    a, b = turned[: at + 1], np.append(turned[0], turned[at:][::-1])
    return (a, b) if vertices[a, 1].mean() > vertices[b, 1].mean() else (b, a)


def even_halves(loop: Ints, vertices: Floats) -> tuple[Ints, Ints]:
    """The same of a loop of even length, cut where both halves are equally long and its ends farthest apart."""
    half = len(loop) // 2
    x = vertices[loop, 0]
    turned = np.roll(loop, -int(np.argmax(np.roll(x, -half) - x)))
    a, b = turned[: half + 1], np.append(turned[0], turned[half:][::-1])
    return (a, b) if vertices[a, 1].mean() > vertices[b, 1].mean() else (b, a)


def along(points: Floats) -> Floats:
    """How far along a curve (N, D) each of its points is (N,), from 0 to 1."""
    length = np.append(0.0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1)))
    return length / length[-1]


def on_curve(points: Floats, t: Floats) -> Floats:
    """Points (T, D) of a curve (N, D) at parameters (T,) from 0 to 1."""
    own = along(points)
    return np.stack([np.interp(t, own, values) for values in points.T], axis=1)


def columns(faces: Ints, loop: Ints, steps: int) -> list[list[int]]:
    """For every vertex of a border loop the ids from it straight into the faces (F, 4), at most ``steps`` further.

    A column ends early where the mesh is not a grid.
    """
    beside: dict[int, set[int]] = {}
    around: dict[int, set[int]] = {}
    for face, corners in enumerate(faces.tolist()):
        for a, b in pairwise((*corners, corners[0])):
            around.setdefault(a, set()).add(b)
            around.setdefault(b, set()).add(a)
            beside.setdefault(a, set()).add(face)
    ring = set(loop.tolist())
    found = []
    for start in loop.tolist():
        column = [start]
        while len(column) <= steps:
            here = column[-1]
            if len(column) == 1:
                ahead = [v for v in around[here] if v not in ring]
            else:
                ahead = [v for v in around[here] if not beside[v] & beside[here] & beside[column[-2]]]
            if len(ahead) != 1:
                break
            column.append(ahead[0])
        found.append(column)
    return found
