"""Closest points on a triangle mesh, exactly, by trees over the triangles' middles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]

FIRST_CANDIDATES, MOST_CANDIDATES = 12, 200
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
        # A triangle's reach bounds what a search by middles can miss; a few sizes of their own keep that bound tight.
        reach = np.linalg.norm(self.corners - self.middles[:, None], axis=2).max(axis=1)
        size = np.floor(np.log2(np.maximum(reach, 1e-12) / max(float(np.median(reach)), 1e-12))).clip(0)
        self._classes = [self._class(np.flatnonzero(size == s), reach) for s in np.unique(size)]
        self._border = _border_edges(self.triangles)

    def _class(self, ids: Ints, reach: Floats) -> tuple[Ints, KDTree, float]:
        return ids, KDTree(self.middles[ids]), float(reach[ids].max())

    def on_border(self, hits: Hits) -> NDArray[np.bool_]:
        """Which hits (N,) lie on an open border."""
        open_edges = self._border[hits.triangles]  # (N, 3) edge from corner k to k + 1
        off = hits.weights[:, [2, 0, 1]] < 1e-9  # weight of the corner opposite to that edge
        return (open_edges & off).any(axis=1)

    def closest(self, points: Floats, normals: Floats | None = None, agreement: float = AGREEMENT) -> Hits:
        """The closest points to (N, 3); with normals (N, 3) only triangles that face the same way count."""
        points = np.asarray(points, dtype=np.float64)
        found = Hits(
            np.zeros(len(points), dtype=np.int64),
            np.tile([1.0, 0.0, 0.0], (len(points), 1)),
            points.copy(),
            np.full(len(points), np.inf),
        )
        for ids, tree, reach in self._classes:
            self._search(found, points, normals, agreement, ids, tree, reach)
        return found

    def _search(self, found: Hits, points: Floats, normals: Floats | None, agreement: float, ids: Ints, tree: KDTree,
                reach: float) -> None:  # fmt: skip
        """Improve ``found`` by one class of triangles; ever more candidates until no unseen one can be closer."""
        todo = np.arange(len(points))
        count = FIRST_CANDIDATES
        while len(todo):
            count = min(count, len(ids))
            apart, near = tree.query(points[todo], k=count)
            apart, near = apart.reshape(len(todo), count), ids[near.reshape(len(todo), count)]
            weights, nearest = closest_on_triangles(points[todo, None], self.corners[near])
            distance = np.linalg.norm(nearest - points[todo, None], axis=2)
            if normals is not None:
                facing = np.einsum("nkd,nd->nk", self.normals[near], normals[todo])
                distance = np.where(facing > agreement, distance, np.inf)
            best = distance.argmin(axis=1)
            row = np.arange(len(todo))
            better = distance[row, best] < found.distance[todo]
            at, row, best = todo[better], row[better], best[better]
            found.triangles[at], found.weights[at] = near[row, best], weights[row, best]
            found.points[at], found.distance[at] = nearest[row, best], distance[row, best]
            if count == len(ids) or (normals is not None and count >= MOST_CANDIDATES):
                return
            todo = todo[found.distance[todo] > apart[:, -1] - reach]
            count *= 3


def closest_on_triangles(points: Floats, corners: Floats) -> tuple[Floats, Floats]:
    """Weights and closest points (..., 3) on triangles (..., 3, 3) to points (..., 3), broadcast."""
    a, b, c = corners[..., 0, :], corners[..., 1, :], corners[..., 2, :]
    ab, ac, ap = b - a, c - a, points - a
    d00, d01, d11 = _dot(ab, ab), _dot(ab, ac), _dot(ac, ac)
    d20, d21 = _dot(ap, ab), _dot(ap, ac)
    scale = np.maximum(d00 * d11 - d01 * d01, 1e-30)
    v, w = (d11 * d20 - d01 * d21) / scale, (d00 * d21 - d01 * d20) / scale
    weights = np.stack([1 - v - w, v, w], axis=-1)
    outside = (weights < 0).any(axis=-1)
    if outside.any():
        weights[outside] = _on_edges(np.broadcast_to(points, a.shape)[outside], corners[outside])
    return weights, np.einsum("...k,...kd->...d", weights, corners)


def _on_edges(points: Floats, corners: Floats) -> Floats:
    """Weights (N, 3) of the closest points on the triangles' edges."""
    start, end = corners, np.roll(corners, -1, axis=1)
    along = end - start
    offset = points[:, None] - start
    share = np.clip(_dot(offset, along) / np.maximum(_dot(along, along), 1e-30), 0, 1)
    distance = np.linalg.norm(offset - share[..., None] * along, axis=2)
    edge = distance.argmin(axis=1)
    row = np.arange(len(points))
    weights = np.zeros((len(points), 3))
    weights[row, edge] = 1 - share[row, edge]
    weights[row, (edge + 1) % 3] = share[row, edge]
    return weights


def _dot(a: Floats, b: Floats) -> Floats:
    return (a * b).sum(axis=-1)


def _border_edges(triangles: Ints) -> NDArray[np.bool_]:
    """(T, 3) whether the edge from corner k to corner k + 1 belongs to this triangle alone."""
    edges = np.sort(np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=2), axis=2).reshape(-1, 2)
    _, place, uses = np.unique(edges, axis=0, return_inverse=True, return_counts=True)
    return (uses[place.ravel()] == 1).reshape(-1, 3)
