"""Closest points on a triangle surface with a KD-tree over triangle centres.

Any one unit of length; arrays are float64, P points, T triangles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from ..geometry.arrays import Bools, Floats, Ints

CANDIDATES = 12  # with cut triangles the closest one is among them but for a handful in ten thousand
WELD_DECIMALS = 5  # vertices doubled along a texture seam fall together before borders are looked for
EDGE_TOLERANCE = 1e-6  # a barycentric weight below this lies on the opposite edge


@dataclass(frozen=True)
class ClosestPoints:
    """The answer for P queries."""

    points: Floats  # (P, 3) on the surface
    distances: Floats  # (P,)
    on_border: Bools  # (P,) the closest point lies on the surface's open border


class Surface:
    """Triangles prepared for closest-point queries.

    Long triangles are cut until no edge exceeds ``longest_edge``: the search needs centres that stand for their
    triangles. The surface itself does not change by that.
    """

    def __init__(self, vertices: Floats, triangles: Ints, longest_edge: float) -> None:
        border = border_edges(vertices, triangles)
        corners, self._border = _split_long(vertices[triangles].astype(np.float64), border, longest_edge)
        self._corners = corners
        centres = corners.mean(axis=1)
        self._tree = KDTree(centres)
        self._radius = np.linalg.norm(corners - centres[:, None], axis=2).max(axis=1)

    def closest(self, points: Floats) -> ClosestPoints:
        """Closest surface points of ``points`` (P, 3) among the triangles with the nearest centres."""
        candidates = min(CANDIDATES, len(self._corners))
        centre_distances, nearest = self._tree.query(points, k=candidates, workers=-1)
        centre_distances, nearest = (a.reshape(len(points), -1) for a in (centre_distances, nearest))
        distances = np.full(nearest.shape, np.inf)
        distances[:, 0] = self._distances(points, nearest[:, 0])
        # A triangle whose circle ends farther away than the first one found cannot be nearer.
        rows, columns = (centre_distances[:, 1:] - self._radius[nearest[:, 1:]] < distances[:, :1]).nonzero()
        distances[rows, columns + 1] = self._distances(points[rows], nearest[rows, columns + 1])
        best = distances.argmin(axis=1)
        every = np.arange(len(points))
        triangles = nearest[every, best]
        found, weights = closest_on_triangles(points, self._corners[triangles])
        on_edge = weights[:, [2, 0, 1]] < EDGE_TOLERANCE  # edge k runs from corner k to k + 1
        return ClosestPoints(found, distances[every, best], (on_edge & self._border[triangles]).any(axis=1))

    def _distances(self, points: Floats, triangles: Ints) -> Floats:
        found, _ = closest_on_triangles(points, self._corners[triangles])
        return np.sqrt(_dot(points - found, points - found))


def closest_on_triangles(points: Floats, corners: Floats) -> tuple[Floats, Floats]:
    """Closest points (N, 3) of triangles ``corners`` (N, 3, 3) to ``points`` (N, 3), and their barycentrics (N, 3).

    Inside the prism over the triangle that is the foot of the perpendicular, elsewhere the nearest of the closest
    points of the three edges; triangles without area are their edges.
    """
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    weights = _edge_weights(points, corners)
    ab, ac, ap = b - a, c - a, points - a
    # Barycentrics of the foot from the Gram matrix of the two edges (Ericson, Real-Time Collision Detection, 3.4).
    bb, bc, cc, pb, pc = _dot(ab, ab), _dot(ab, ac), _dot(ac, ac), _dot(ap, ab), _dot(ap, ac)
    v, w, total = cc * pb - bc * pc, bb * pc - bc * pb, bb * cc - bc * bc
    u = total - v - w
    inside = (u >= 0.0) & (v >= 0.0) & (w >= 0.0) & (total > 0.0)
    weights[inside] = (np.stack([u, v, w], axis=1)[inside]) / total[inside, None]
    return weights[:, :1] * a + weights[:, 1:2] * b + weights[:, 2:] * c, weights


def _edge_weights(points: Floats, corners: Floats) -> Floats:
    """Barycentrics (N, 3) of the closest points on the triangles' outlines."""
    along, distances = np.empty((3, len(points))), np.empty((3, len(points)))
    for start in range(3):
        edge, offset = corners[:, (start + 1) % 3] - corners[:, start], points - corners[:, start]
        along[start] = np.clip(_dot(offset, edge) / np.maximum(_dot(edge, edge), np.finfo(float).tiny), 0.0, 1.0)
        gap = offset - along[start][:, None] * edge
        distances[start] = _dot(gap, gap)
    nearest, every = distances.argmin(axis=0), np.arange(len(points))
    weights = np.zeros((len(points), 3))
    weights[every, nearest] = 1.0 - along[nearest, every]
    weights[every, (nearest + 1) % 3] = along[nearest, every]
    return weights


def _dot(a: Floats, b: Floats) -> Floats:
    return np.einsum("nd,nd->n", a, b)


def border_edges(vertices: Floats, triangles: Ints) -> Bools:
    """(T, 3): edge k (from corner k to k + 1) belongs to one triangle only, doubled vertices welded."""
    welded = np.unique(np.round(vertices, WELD_DECIMALS), axis=0, return_inverse=True)[1].ravel()
    corners = welded[triangles].astype(np.int64)
    edges = np.sort(np.stack([corners, np.roll(corners, -1, axis=1)], axis=2), axis=2)
    keys = edges[..., 0] * len(vertices) + edges[..., 1]
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return (counts[inverse.ravel()] == 1).reshape(-1, 3)


def _split_long(corners: Floats, border: Bools, longest: float) -> tuple[Floats, Bools]:
    """Cut triangles (T, 3, 3) in four at their edge midpoints until no edge is longer than ``longest``."""
    done, done_border = [], []
    while len(corners):
        lengths = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2).max(axis=1)
        long = lengths > longest
        done.append(corners[~long])
        done_border.append(border[~long])
        corners, border = _quarter(corners[long], border[long])
    return np.concatenate(done), np.concatenate(done_border)


def _quarter(corners: Floats, border: Bools) -> tuple[Floats, Bools]:
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
    inner = np.zeros(len(corners), bool)
    on_ab, on_bc, on_ca = border.T
    pieces = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    flags = [(on_ab, inner, on_ca), (on_ab, on_bc, inner), (inner, on_bc, on_ca), (inner, inner, inner)]
    return (
        np.concatenate([np.stack(piece, axis=1) for piece in pieces]),
        np.concatenate([np.stack(flag, axis=1) for flag in flags]),
    )
