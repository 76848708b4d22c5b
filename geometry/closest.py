"""Closest points on a triangle mesh, exactly, by trees over the triangles' middles.

SciPy has no such search, the libraries that have one (trimesh by way of rtree, Open3D, libigl) are a compiled extra on
every user's machine, and a match must face the same way, which has to be part of the search.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from .arrays import Bools, Floats, Ints
from .edges import border_sides
from .normals import triangle_normals

FIRST_CANDIDATES = 8
FLAT = 1e-12  # squared sine of the corner below which a triangle is taken for its edges
LEAST = 1e-30  # of a triangle's squared double area: below it numbers run out
AGREEMENT = 0.3  # least cosine between the normals of a point and of its match


@dataclass(frozen=True)
class Hits:
    """For each of N points the closest point of a surface; where there is none, the distance is infinite."""

    triangles: Ints  # (N,)
    weights: Floats  # (N, 3) of the triangle's corners, sum 1
    points: Floats  # (N, 3)
    distance: Floats  # (N,) metres


@dataclass(frozen=True)
class _Query:
    """What is asked of a surface, and the best answers so far."""

    points: Floats  # (N, 3)
    normals: Floats | None  # (N, 3); with them only triangles count that face the same way
    agreement: float  # least cosine between the normals of a point and of its match
    within: float  # metres
    found: Hits

    def improve(self, corners: Floats, which: Ints, triangles: Ints) -> None:
        """Compare points ``which`` (P,) with one triangle each (P,) of corners (T, 3, 3); keep the best of a point."""
        weights, nearest = closest_on_triangles(self.points[which], corners[triangles])
        distance = np.linalg.norm(nearest - self.points[which], axis=1)
        order = np.lexsort((distance, which))
        first = order[np.flatnonzero(np.diff(which[order], prepend=-1))]
        first = first[(distance[first] < self.found.distance[which[first]]) & (distance[first] <= self.within)]
        at = which[first]
        self.found.triangles[at], self.found.weights[at] = triangles[first], weights[first]
        self.found.points[at], self.found.distance[at] = nearest[first], distance[first]


class SearchableSurface:
    """A triangle mesh that can be asked for closest points.

    vertices: (V, 3); triangles: (T, 3); border: (T, 3) which sides, from corner k to corner k + 1, lie on an open
    border, where it is not those of one triangle only.
    """

    def __init__(self, vertices: Floats, triangles: Ints, border: Bools | None = None) -> None:
        self.triangles = np.asarray(triangles)
        self.corners = np.asarray(vertices, dtype=np.float64)[self.triangles]
        self.middles = self.corners.mean(axis=1)
        self.normals = triangle_normals(self.corners)
        self.reach = np.linalg.norm(self.corners - self.middles[:, None], axis=2).max(axis=1)
        # A triangle's reach bounds what a search by middles can miss; a few sizes of their own keep that bound tight.
        size = np.floor(np.log2(np.maximum(self.reach, 1e-12) / max(float(np.median(self.reach)), 1e-12))).clip(0)
        self._sizes = [(ids, KDTree(self.middles[ids])) for ids in (np.flatnonzero(size == s) for s in np.unique(size))]
        self._border = border_sides(self.triangles) if border is None else border

    def on_border(self, hits: Hits) -> Bools:
        """Which hits (N,) lie on an open border."""
        off = hits.weights[:, [2, 0, 1]] < 1e-9  # the weight of the corner opposite to the edge from corner k
        return (self._border[hits.triangles] & off).any(axis=1)

    def closest(
        self, points: Floats, normals: Floats | None = None, within: float = np.inf, agreement: float = AGREEMENT
    ) -> Hits:
        """The closest points to (N, 3), no farther than ``within`` metres.

        normals: (N, 3); with them only triangles count that face the same way.
        """
        points = np.asarray(points, dtype=np.float64)
        count = len(points)
        triangles, distance = np.zeros(count, dtype=np.int64), np.full(count, np.inf)
        found = Hits(triangles, np.tile([1.0, 0.0, 0.0], (count, 1)), points.copy(), distance)
        query = _Query(points, normals, agreement, within, found)
        for ids, tree in self._sizes:
            self._search(query, ids, tree)
        return found

    def _search(self, query: _Query, ids: Ints, tree: KDTree) -> None:
        """Improve the answers by one size of triangles; ever more candidates until no unseen one can be closer."""
        best, within, reach = query.found.distance, query.within, float(self.reach[ids].max())
        todo, count = np.arange(len(query.points)), 0
        while len(todo):
            seen, count = count, min(max(4 * count, FIRST_CANDIDATES), len(ids))
            far = np.minimum(within, best[todo].max()) + reach
            apart, near = tree.query(query.points[todo], k=range(seen + 1, count + 1), distance_upper_bound=far)
            real = np.isfinite(apart)
            near = ids[np.where(real, near, 0)]
            real &= apart - self.reach[near] <= np.minimum(best[todo], within)[:, None]
            if query.normals is not None:
                real &= np.einsum("nkd,nd->nk", self.normals[near], query.normals[todo]) > query.agreement
            # A middle is a point of its triangle: no triangle whose nearest point must be farther can win.
            real &= apart - self.reach[near] <= np.where(real, apart, np.inf).min(axis=1, keepdims=True)
            row, place = np.nonzero(real)
            query.improve(self.corners, todo[row], near[row, place])
            if count == len(ids):
                return
            todo = todo[np.minimum(best[todo], within) > apart[:, -1] - reach]


def closest_on_triangles(points: Floats, corners: Floats) -> tuple[Floats, Floats]:
    """Weights and closest points (N, 3) of one triangle each (N, 3, 3) to points (N, 3)."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    ab, ac, ap = b - a, c - a, points - a
    d00, d01, d11 = _dot(ab, ab), _dot(ab, ac), _dot(ac, ac)
    d20, d21 = _dot(ap, ab), _dot(ap, ac)
    area = d00 * d11 - d01 * d01
    scale = np.maximum(area, LEAST)
    v, w = (d11 * d20 - d01 * d21) / scale, (d00 * d21 - d01 * d20) / scale
    weights = np.stack([1 - v - w, v, w], axis=1)
    outside = (weights.min(axis=1) < 0) | (area <= np.maximum(FLAT * d00 * d11, LEAST))
    weights[outside] = _on_edges(points[outside], corners[outside])
    return weights, np.einsum("nk,nkd->nd", weights, corners)


def _on_edges(points: Floats, corners: Floats) -> Floats:
    """Weights (N, 3) of the closest points on the triangles' edges."""
    weights, best = np.zeros((len(points), 3)), np.full(len(points), np.inf)
    for start, end in ((0, 1), (1, 2), (2, 0)):
        along, offset = corners[:, end] - corners[:, start], points - corners[:, start]
        share = np.clip(_dot(offset, along) / np.maximum(_dot(along, along), 1e-30), 0, 1)
        offset -= share[:, None] * along
        distance = _dot(offset, offset)
        better = distance < best
        weights[better] = 0
        weights[better, start], weights[better, end] = 1 - share[better], share[better]
        best = np.minimum(best, distance)
    return weights


def _dot(a: Floats, b: Floats) -> Floats:
    return np.einsum("nd,nd->n", a, b)
