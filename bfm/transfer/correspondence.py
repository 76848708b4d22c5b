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


def attach(vertices: Floats, own: Shape, others: Floats, other: Shape) -> Correspondence:
    """Every vertex of ``own`` at ``vertices`` (N, 3) on the surface of ``other`` at ``others`` (V, 3).

    The one lies over the other. Eyes go to eyes and insides to the same insides; skin goes to skin that faces the same
    way.
    """
    every = np.arange(len(vertices))[:, None]
    return attach_points(every, np.ones(every.shape), vertices, own, others, other)


def attach_points(
    corners: Ints, shares: Floats, vertices: Floats, own: Shape, others: Floats, other: Shape
) -> Correspondence:
    """Points of ``own`` as `attach` does it for its vertices: each is a mean of some (K, C), of weights (K, C)."""
    main = corners[np.arange(len(corners)), shares.argmax(axis=1)]  # tells what the point is part of
    points = np.einsum("kc,kcd->kd", shares, vertices[corners])
    triangles = np.zeros((len(points), 3), dtype=np.int32)
    weights, distance = np.tile([1.0, 0.0, 0.0], (len(points), 1)), np.full(len(points), np.inf)
    for parts, others_parts in _counterparts(own, other):
        faces, targets = own.triangles(*parts), other.shown(*others_parts)
        rows = np.flatnonzero(np.isin(main, faces))
        if len(rows) and len(targets):
            normals = vertex_normals(vertices, faces)[main[rows]] if PartName.SKIN in others_parts else None
            triangles[rows], weights[rows], distance[rows] = _nearest(points[rows], normals, others, targets)
    doubt = (weights * other.doubt[triangles]).sum(axis=1)
    doubt = np.maximum((shares * own.doubt[corners]).sum(axis=1), doubt)
    return Correspondence(triangles, weights, np.maximum(distance, doubt * APART), len(others))


def _counterparts(own: Shape, other: Shape) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Parts of the one and of the other that correspond as wholes; at shared vertices the last one counts.

    The skin comes last: its vertices at the lips are those of the mouth, too. What only one of the two has apart, eyes
    or the mouth's bag, is skin on the other.
    """
    apart: list[tuple[str, ...]] = [(part,) for part in PartName.INSIDES]
    skin: tuple[str, ...] = (PartName.SKIN,)
    if own.has_eyes and other.has_eyes:
        apart += PartName.EYEBALLS
    else:
        skin += (*PartName.LEFT_EYE, *PartName.RIGHT_EYE)
    pairs = [(parts, parts) for parts in apart]
    if all(PartName.MOUTH in shape.part_names for shape in (own, other)):
        return [*pairs, (skin, skin)]
    return [*pairs, ((PartName.MOUTH,), skin), (skin, (*skin, PartName.MOUTH))]


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
    own, others = _parted(a, laid, b, attach(b.vertices, b, laid, a))
    return Overlay(laid, attach(own, a, others, b), attach(others, b, own, a))


def located(corners: Ints, shares: Floats, a: Shape, b: Shape, laying: Overlay) -> Correspondence:
    """Points of ``a``, which lies over ``b``, on ``b``: each is a mean of some of its vertices (K, C), (K, C)."""
    own, others = _parted(a, laying.laid, b, laying.back)
    return attach_points(corners, shares, own, a, others, b)


def _parted(a: Shape, laid: Floats, b: Shape, back: Correspondence) -> tuple[Floats, Floats]:
    """``a`` as it lies on ``b``, and ``b``: vertices (Va, 3) and (Vb, 3), with their mouths open if ``a`` knows how."""
    if a.opening is None:
        return laid, b.vertices
    opening = back.carry(a.opening) * back.trust[:, None]
    return laid + a.opening, b.vertices + mended(opening, b.vertices, b.triangles(*PartName.CLOSED_SKIN))


def mended(motion: Floats, vertices: Floats, triangles: Ints) -> Floats:
    """Displacements (V, 3) of a surface whose torn-off pieces go along with what surrounds them."""
    edges = unique_edges(triangles)
    moved = vertices + motion
    before, after = (np.linalg.norm(at[edges[:, 0]] - at[edges[:, 1]], axis=1) for at in (vertices, moved))
    whole = edges[after < TORN * before + TEAR]
    _, piece = connected_components(adjacency(whole, len(vertices)), directed=False)
    largest = np.bincount(piece[np.unique(triangles)]).argmax()
    return spread_out(motion, (piece == largest).astype(np.float64), 0.0, vertices, triangles)
