"""Closest points on a triangle mesh, exactly, by trees over the triangles' middles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from .arrays import Bools, Floats, Ints

FIRST_CANDIDATES = 8
FLAT = 1e-12  # squared sine of the corner below which a triangle is taken for its edges
AGREEMENT = 0.3  # least cosine between the normals of a point and of its match


@dataclass(frozen=True)
class Hits:
    """For each of N points the closest point of a surface; where there is none, the distance is infinite."""

    triangles: Ints  # (N,)
    weights: Floats  # (N, 3) of the triangle's corners, sum 1
    points: Floats  # (N, 3)
    distance: Floats  # (N,) metres


class Surface:
    """A triangle mesh that can be asked for closest points. vertices: (V, 3); triangles: (T, 3)."""

    def __init__(self, vertices: Floats, triangles: Ints) -> None:
        self.triangles = np.asarray(triangles)
        self.corners = np.asarray(vertices, dtype=np.float64)[self.triangles]
        self.middles = self.corners.mean(axis=1)
        across = np.cross(self.corners[:, 1] - self.corners[:, 0], self.corners[:, 2] - self.corners[:, 0])
        self.normals = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-30)
        self.reach = np.linalg.norm(self.corners - self.middles[:, None], axis=2).max(axis=1)
        # A triangle's reach bounds what a search by middles can miss; a few sizes of their own keep that bound tight.
        size = np.floor(np.log2(np.maximum(self.reach, 1e-12) / max(float(np.median(self.reach)), 1e-12))).clip(0)
        self._sizes = [(ids, KDTree(self.middles[ids])) for ids in (np.flatnonzero(size == s) for s in np.unique(size))]
        self._border = _border_edges(self.triangles)

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
        for ids, tree in self._sizes:
            self._search(found, points, normals, within, agreement, ids, tree)
        return found

    def _search(self, found: Hits, points: Floats, normals: Floats | None, within: float, agreement: float, ids: Ints,
                tree: KDTree) -> None:  # fmt: skip
        """Improve ``found`` by one size of triangles; ever more candidates until no unseen one can be closer."""
        reach = float(self.reach[ids].max())
        todo, count = np.arange(len(points)), 0
        while len(todo):
            seen, count = count, min(max(4 * count, FIRST_CANDIDATES), len(ids))
            far = np.minimum(within, found.distance[todo].max()) + reach
            apart, near = tree.query(points[todo], k=range(seen + 1, count + 1), distance_upper_bound=far)
            real = np.isfinite(apart)
            near = ids[np.where(real, near, 0)]
            real &= apart - self.reach[near] <= np.minimum(found.distance[todo], within)[:, None]
            if normals is not None:
                real &= np.einsum("nkd,nd->nk", self.normals[near], normals[todo]) > agreement
            # A middle is a point of its triangle: no triangle whose nearest point must be farther can win.
            real &= apart - self.reach[near] <= np.where(real, apart, np.inf).min(axis=1, keepdims=True)
            row, place = np.nonzero(real)
            self._improve(found, points, todo[row], near[row, place], within)
            if count == len(ids):
                return
            todo = todo[np.minimum(found.distance[todo], within) > apart[:, -1] - reach]

    def _improve(self, found: Hits, points: Floats, which: Ints, triangles: Ints, within: float) -> None:
        """Compare points ``which`` (P,) with one triangle each (P,) and keep the best of every point."""
        weights, nearest = closest_on_triangles(points[which], self.corners[triangles])
        distance = np.linalg.norm(nearest - points[which], axis=1)
        order = np.lexsort((distance, which))
        first = order[np.flatnonzero(np.diff(which[order], prepend=-1))]
        first = first[(distance[first] < found.distance[which[first]]) & (distance[first] <= within)]
        at = which[first]
        found.triangles[at], found.weights[at] = triangles[first], weights[first]
        found.points[at], found.distance[at] = nearest[first], distance[first]


def closest_on_triangles(points: Floats, corners: Floats) -> tuple[Floats, Floats]:
    """Weights and closest points (N, 3) of one triangle each (N, 3, 3) to points (N, 3)."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    ab, ac, ap = b - a, c - a, points - a
    d00, d01, d11 = _dot(ab, ab), _dot(ab, ac), _dot(ac, ac)
    d20, d21 = _dot(ap, ab), _dot(ap, ac)
    area = d00 * d11 - d01 * d01
    scale = np.maximum(area, 1e-30)
    v, w = (d11 * d20 - d01 * d21) / scale, (d00 * d21 - d01 * d20) / scale
    weights = np.stack([1 - v - w, v, w], axis=1)
    outside = (weights.min(axis=1) < 0) | (area <= FLAT * d00 * d11)
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


def _border_edges(triangles: Ints) -> Bools:
    """(T, 3) whether the edge from corner k to corner k + 1 belongs to this triangle alone."""
    ends = np.sort(np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=2).astype(np.int64), axis=2)
    edges = ends[..., 0] * (int(triangles.max(initial=0)) + 1) + ends[..., 1]
    _, place, uses = np.unique(edges, return_inverse=True, return_counts=True)
    return (uses[place] == 1).reshape(-1, 3)
