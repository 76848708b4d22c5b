"""Triangles of the dense landmark mesh, merged pairwise into quads, exactly mirror symmetric.

The landmark mesh is known by its edges only. Its 3-cliques are the triangles, but for two that merely close a ring of
three triangles. A few diagonals of the two halves differ; the subject's right half is taken and mirrored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix

from .arrays import Floats, Ints
from .faces import NO_CORNER
from .normals import area_normals

Triangle = tuple[int, int, int]


def triangles_of_edges(edges: Iterable[tuple[int, int]]) -> list[Triangle]:
    """Triangles (sorted corners) of a surface given by its edges: the 3-cliques but those with no side of their own."""
    neighbours: dict[int, set[int]] = {}
    for a, b in edges:
        neighbours.setdefault(a, set()).add(b)
        neighbours.setdefault(b, set()).add(a)
    cliques = {
        (min(a, b, c), sorted((a, b, c))[1], max(a, b, c))
        for a in neighbours
        for b in neighbours[a]
        for c in neighbours[a] & neighbours[b]
    }
    use = Counter(side for clique in cliques for side in _sides(clique))
    return sorted(clique for clique in cliques if not all(use[side] > 2 for side in _sides(clique)))


def _sides(triangle: Triangle) -> tuple[tuple[int, int], ...]:
    a, b, c = triangle
    return ((a, b), (b, c), (a, c))


def orient(triangles: list[Triangle], points: Floats) -> list[Triangle]:
    """Turn connected triangles the same way round, the sum of their normals towards +Z."""
    by_side: dict[tuple[int, int], list[int]] = {}
    for index, triangle in enumerate(triangles):
        for side in _sides(triangle):
            by_side.setdefault(side, []).append(index)
    turned: dict[int, Triangle] = {0: triangles[0]}
    queue = [0]
    while queue:
        a, b, c = turned[queue.pop()]
        for start, end in ((a, b), (b, c), (c, a)):
            for other in by_side[min(start, end), max(start, end)]:
                if other not in turned:
                    (apex,) = set(triangles[other]) - {start, end}
                    turned[other] = (end, start, apex)
                    queue.append(other)
    corners = points[np.array([turned[i] for i in range(len(triangles))])]
    toward_z = area_normals(corners)[:, 2].sum()
    return [t if toward_z > 0 else (t[0], t[2], t[1]) for t in (turned[i] for i in range(len(triangles)))]


def merge_to_quads(triangles: list[Triangle], points: Floats, mirror: Ints) -> Ints:
    """Faces (F, 4), -1 last for a triangle, from triangles of a mirror-symmetric mesh; exactly symmetric.

    A maximum-weight matching of the right half's triangles (x <= 0), by integer programming: weights prefer convex,
    flat and rectangular quads. A triangle may also pair with its own mirror image across the midline.
    """
    middle = mirror == np.arange(len(mirror))
    right = [t for t in triangles if all(middle[v] or points[v, 0] < 0 for v in t)]
    owner = {(t[k], t[(k + 1) % 3]): i for i, t in enumerate(right) for k in range(3)}
    pairs, quads, weights = [], [], []
    for (a, b), first in owner.items():
        second = owner.get((b, a))
        if second is not None and first > second:
            continue
        apex_a = _apex(right[first], a, b)
        apex_b = _apex(right[second], a, b) if second is not None else int(mirror[apex_a])
        if second is None and not (middle[a] and middle[b]):
            continue
        quad = (a, apex_b, b, apex_a)
        quality = _quality(points[list(quad)])
        if quality > 0:
            pairs.append((first, second if second is not None else first))
            quads.append(quad)
            weights.append(1.0 + quality if second is not None else 0.5 + 0.5 * quality)
    chosen = _matching(pairs, np.array(weights), len(right))
    return _both_halves([quads[i] for i in chosen], _unused(right, pairs, chosen), mirror)


def _apex(triangle: Triangle, a: int, b: int) -> int:
    return next(v for v in triangle if v not in (a, b))


def _quality(corners: Floats) -> float:
    """0 for a folded or concave quad, 1 for a flat rectangle: worst corner's sine times flatness."""
    after, before = np.roll(corners, -1, axis=0) - corners, np.roll(corners, 1, axis=0) - corners
    cross = np.cross(after, before)
    size = np.linalg.norm(after, axis=1) * np.linalg.norm(before, axis=1)
    normal = cross.sum(axis=0) / np.linalg.norm(cross.sum(axis=0))
    sines = cross @ normal / size
    if sines.min() <= 0.15:
        return 0.0
    diagonals = np.linalg.norm(corners[0] - corners[2]) + np.linalg.norm(corners[1] - corners[3])
    flat = 1 - min(1.0, 4 * abs((corners[1] - corners[0]) @ normal + (corners[3] - corners[2]) @ normal) / diagonals)
    return float(sines.min() * sines.mean() * flat)


def _matching(pairs: list[tuple[int, int]], weights: Floats, count: int) -> list[int]:
    """Indices of the pairs of a maximum-weight matching of ``count`` nodes."""
    rows = np.array(pairs).ravel()
    columns = np.repeat(np.arange(len(pairs)), 2)
    keep = np.ones(len(rows), dtype=bool)
    keep[1::2] = rows[1::2] != rows[::2]  # a pair with itself counts once
    incidence = coo_matrix((np.ones(keep.sum()), (rows[keep], columns[keep])), shape=(count, len(pairs)))
    limit = LinearConstraint(incidence.tocsr(), -np.inf, 1.0)
    solution = milp(-weights, constraints=limit, bounds=Bounds(0, 1), integrality=np.ones(len(pairs)))
    return [int(i) for i in np.flatnonzero(solution.x > 0.5)]


def _unused(triangles: list[Triangle], pairs: list[tuple[int, int]], chosen: list[int]) -> list[Triangle]:
    used = {t for i in chosen for t in pairs[i]}
    return [t for i, t in enumerate(triangles) if i not in used]


def _both_halves(quads: list[tuple[int, int, int, int]], triangles: list[Triangle], mirror: Ints) -> Ints:
    """Faces of the right half and their mirror images (turned round), midline quads once."""
    faces = [*quads, *((*t, NO_CORNER) for t in triangles)]
    done, out = set(), []
    for face in faces:
        corners = [v for v in face if v != NO_CORNER]
        twin = [int(mirror[v]) for v in reversed(corners)]
        for one in (corners, twin):
            if frozenset(one) not in done:
                done.add(frozenset(one))
                out.append(one + [NO_CORNER] * (4 - len(one)))
    return np.array(out, dtype=np.int32)
