"""Which point of one model is which of another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.csgraph import connected_components

from ...anatomy.parts import PartName
from ...geometry.arrays import Floats, Ints
from ...geometry.closest import SearchableSurface
from ...geometry.edges import unique_edges
from ...geometry.laplacians import adjacency
from ...geometry.normals import vertex_normals
from ...geometry.smoothstep import smoothstep
from .motions import spread_out
from .overlay import lay_over
from .shapes import Shape

# Metres: up to the first two places are one, beyond the second they have nothing to do with each other.
SAME, APART = 0.003, 0.009
TORN, TEAR = 3.0, 0.002  # an edge is torn when it grows by more than this factor and these metres
FARTHEST = 0.012  # metres: how far a place that faces the same way is looked for


@dataclass(frozen=True, eq=False)
class Correspondence:
    """For every vertex of one model its place on another model's surface."""

    triangles: Ints  # (N, 3) vertex ids of the other; (N, 9) where a third model lies between
    weights: Floats  # (N, 3) or (N, 9), sum 1
    distance: Floats  # (N,) metres between the two where they lie over each other; inf: no such place
    count: int  # vertices of the other

    @cached_property
    def matrix(self) -> sparse.csr_matrix:
        """(N, count): a field at the other's vertices -> at this one's."""
        rows = np.repeat(np.arange(len(self.triangles)), self.triangles.shape[1])
        return sparse.csr_matrix(
            (self.weights.ravel(), (rows, self.triangles.ravel())), shape=(len(self.triangles), self.count)
        )

    @cached_property
    def trust(self) -> Floats:
        """(N,) 1 where the two lie on each other, 0 where this one has no counterpart, smooth between."""
        return smoothstep(APART, SAME, self.distance)

    def carry(self, field: Floats) -> Floats:
        """A field (..., count, C) of the other as a field (..., N, C) of this one.

        Values at vertices without a counterpart (``distance`` is inf) are meaningless.
        """
        flat = np.moveaxis(np.asarray(field), -2, 0)
        carried = self.matrix @ flat.reshape(self.count, -1)
        return np.moveaxis(carried.reshape(len(self.triangles), *flat.shape[1:]), 0, -2)


def composed(first: Correspondence, second: Correspondence) -> Correspondence:
    """By way of a second model: ``first`` places one on the second, ``second`` the second on a third."""
    count = len(first.triangles)
    triangles = second.triangles[first.triangles].reshape(count, -1)
    weights = (second.weights[first.triangles] * first.weights[..., None]).reshape(count, -1)
    beyond = np.where(first.weights > 0, second.distance[first.triangles], 0.0).max(axis=1)
    return Correspondence(triangles, weights, np.maximum(first.distance, beyond), second.count)


def identical(count: int) -> Correspondence:
    """A model of ``count`` vertices on itself."""
    ids = np.repeat(np.arange(count)[:, None], 3, axis=1)
    return Correspondence(ids, np.tile([1.0, 0.0, 0.0], (count, 1)), np.zeros(count), count)


def attach(points: Floats, own: Shape, others: Floats, other: Shape) -> Correspondence:
    """Every vertex of ``own`` at ``points`` (N, 3) on the surface of ``other`` at ``others`` (V, 3).

    The one lies over the other. Eyes go to eyes and insides to the same insides; skin goes to skin that faces the same
    way.
    """
    triangles = np.zeros((len(points), 3), dtype=np.int32)
    weights, distance = np.tile([1.0, 0.0, 0.0], (len(points), 1)), np.full(len(points), np.inf)
    apart = own.has_eyes and other.has_eyes
    single = (*PartName.INSIDES, *PartName.EYES) if apart else PartName.INSIDES
    skin = (PartName.SKIN,) if apart else (PartName.SKIN, *PartName.EYES)
    for parts in (*((part,) for part in single), skin):
        faces, targets = own.triangles(*parts), other.triangles(*parts)
        if len(faces) and len(targets):
            ids = np.unique(faces)
            normals = vertex_normals(points, faces)[ids] if parts == skin else None
            triangles[ids], weights[ids], distance[ids] = _nearest(points[ids], normals, others, targets)
    doubt = np.maximum(own.doubt, (weights * other.doubt[triangles]).sum(axis=1))
    return Correspondence(triangles, weights, np.maximum(distance, doubt * APART), len(others))


def _nearest(points: Floats, normals: Floats | None, others: Floats, targets: Ints) -> tuple[Ints, Floats, Floats]:
    """Vertex ids (N, 3), weights (N, 3) and distance (N,) of the nearest places of points (N, 3) on triangles (T, 3).

    The nearest that faces another way is better than none, but counts as apart.
    """
    surface = SearchableSurface(others, targets)
    hits = surface.closest(points, normals, within=FARTHEST)
    triangles, weights, distance = hits.triangles, hits.weights, hits.distance
    lost = np.flatnonzero(~np.isfinite(distance))
    if len(lost):
        again = surface.closest(points[lost])
        triangles[lost], weights[lost] = again.triangles, again.weights
        distance[lost] = np.maximum(again.distance, APART)
    return targets[triangles], weights, distance


@dataclass(frozen=True, eq=False)
class Overlay:
    """One model laid over another."""

    laid: Floats  # (Va, 3) the one's vertices where they lie on the other
    onto: Correspondence  # every vertex of the one on the other
    back: Correspondence  # every vertex of the other on the one


def overlay(a: Shape, b: Shape) -> Overlay:
    """Lay ``a`` over ``b`` and say which point is which, both ways.

    Where lips touch, the nearest point may be on the wrong one. So what ``a`` knows of an open mouth is carried to
    ``b``, mended where it tears ``b``'s surface, and the places are looked for anew with both mouths open.
    """
    laid = lay_over(a, b)
    back = attach(b.vertices, b, laid, a)
    if a.opening is None:
        return Overlay(laid, attach(laid, a, b.vertices, b), back)
    opening = back.carry(a.opening) * back.trust[:, None]
    opened = b.vertices + mended(opening, b.vertices, b.triangles(*PartName.CLOSED_SKIN))
    return Overlay(laid, attach(laid + a.opening, a, opened, b), attach(opened, b, laid + a.opening, a))


def mended(motion: Floats, vertices: Floats, triangles: Ints) -> Floats:
    """Displacements (V, 3) of a surface whose torn-off pieces go along with what surrounds them."""
    edges = unique_edges(triangles)
    moved = vertices + motion
    before, after = (np.linalg.norm(at[edges[:, 0]] - at[edges[:, 1]], axis=1) for at in (vertices, moved))
    whole = edges[after < TORN * before + TEAR]
    _, piece = connected_components(adjacency(whole, len(vertices)), directed=False)
    largest = np.bincount(piece[np.unique(triangles)]).argmax()
    return spread_out(motion, (piece == largest).astype(np.float64), 0.0, vertices, triangles)
