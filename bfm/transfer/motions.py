"""Fields that go from one face to another and on to where that one had nothing."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.linalg import splu
from scipy.spatial import KDTree

from ...geometry.arrays import Floats, Ints
from ...geometry.similarity import umeyama
from .registration import scaled_laplacian

SPREAD = 0.010  # metres over which a local map is measured
# Metres between the points it is measured of, and between the places it is measured at: as they lie in space, for a
# mesh is so dense at the lips that its nearest points would say nothing but its noise.
POINT_STEP, PLACE_STEP = 0.004, 0.008
NEIGHBOURS, BLEND = 240, 12
STIFF = 0.02  # of the common similarity in a local map, as a share of the neighbourhood's variance
CALM = 0.0015  # metres
FADE = 0.030  # metres over which a motion dies away beyond what is known


def local_maps(before: Floats, after: Floats, points: Floats) -> Floats:
    """Linear maps (N, 3, 3) that take small displacements near ``points`` (N, 3) of one face to the other's.

    before, after: (V, 3) the same surface as it was and laid over the other. A map is the least-squares affine one of a
    neighbourhood, drawn towards the similarity of the whole, which also serves across thin surfaces.
    """
    common = umeyama(before, after)
    whole = common.scale * common.rotation
    points_of, places_of = (_spaced(before, step) for step in (POINT_STEP, PLACE_STEP))
    a, b, places = before[points_of], after[points_of], before[places_of]
    apart, near = KDTree(a).query(places, k=min(NEIGHBOURS, len(a)))
    weights = np.exp(-0.5 * (apart / SPREAD) ** 2)
    weights /= weights.sum(axis=1, keepdims=True)
    x = a[near] - np.einsum("pk,pkd->pd", weights, a[near])[:, None]
    y = b[near] - np.einsum("pk,pkd->pd", weights, b[near])[:, None] - x @ whole.T
    spread = np.einsum("pk,pki,pkj->pij", weights, x, x, optimize=True)
    cross = np.einsum("pk,pki,pkj->pij", weights, y, x, optimize=True)
    ridge = STIFF * np.trace(spread, axis1=1, axis2=2)[:, None, None] * np.eye(3)
    maps = whole + np.linalg.solve(spread + ridge, cross.transpose(0, 2, 1)).transpose(0, 2, 1)
    far, which = KDTree(places).query(points, k=range(1, min(BLEND, len(places)) + 1))
    # No step anywhere: a place comes in with weight 0.
    share = (1 - (far / (far[:, -1:] + 1e-9)) ** 2) ** 2 + 1e-9
    share /= share.sum(axis=1, keepdims=True)
    return np.einsum("nk,nkij->nij", share, maps[which], optimize=True)


def _spaced(points: Floats, step: float) -> Ints:
    """Indices of one of the points (N, 3) in every cube with sides of ``step`` that has any."""
    return np.unique(np.floor(points / step).astype(np.int64), axis=0, return_index=True)[1]


def spread_out(field: Floats, trust: Floats, rest: Floats | float, vertices: Floats, triangles: Ints) -> Floats:
    """A field (N, C) kept where ``trust`` (N,) is 1; beyond, it fades to ``rest`` (C,) along the surface.

    Solves the screened Laplace equation on the vertices (N, 3) of the triangles (T, 3).
    """
    doubtful = np.flatnonzero(trust < 1)
    field = np.where((trust > 0)[:, None], field, 0.0)
    if not len(doubtful):
        return field
    laplacian, edge = scaled_laplacian(vertices, triangles)
    sure = (trust / np.maximum(1 - trust, 1e-6))[doubtful]
    stretch = (FADE / edge) ** 2 * laplacian[doubtful]
    system = stretch[:, doubtful] + sparse.diags(sure + 1.0)
    known = np.where((trust >= 1)[:, None], field, 0.0)
    right = sure[:, None] * field[doubtful] + rest - stretch @ known
    result = np.array(field, dtype=np.float64)
    result[doubtful] = splu(system.tocsc()).solve(right)
    return result


def calmed(field: Floats, vertices: Floats, triangles: Ints) -> Floats:
    """A field (N, C) with what changes over less than a millimetre or so averaged away, along edges of (T, 3) only.

    Places on another surface are sure to about that; a coarse mesh shows nothing of it and stays as it is.
    """
    laplacian, edge = scaled_laplacian(vertices, triangles)
    used = np.bincount(triangles.ravel(), minlength=len(vertices)) > 0
    degree = np.where(used, laplacian.diagonal(), 1.0)
    result = np.array(field, dtype=np.float64)
    for _ in range(round(2 * (CALM / edge) ** 2)):
        result -= 0.5 * (laplacian @ result) / degree[:, None]
    return result


def carry_motions(motions: Floats, maps: Floats, matrix: sparse.csr_matrix) -> Floats:
    """Displacements (K, V, 3) of one face as the other's (K, N, 3): turned by ``maps`` (V, 3, 3), then carried over."""
    carried = np.empty((len(motions), matrix.shape[0], 3), dtype=np.float32)
    for k, motion in enumerate(motions):
        carried[k] = matrix @ np.einsum("vij,vj->vi", maps, motion)
    return carried
