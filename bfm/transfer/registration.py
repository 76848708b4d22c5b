"""Deform one face's surface onto another's: similarity, warp by landmarks, then non-rigid closest points.

The last step is non-rigid ICP in the spirit of Amberg et al. (CVPR 2007, "Optimal Step Nonrigid ICP Algorithms for
Surface Registration"): a stiff sheet is pulled to its closest points and made softer step by step. The sheet's energy
here is |Laplace of the displacement|^2, so that the three axes share one sparse factor.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from scipy.interpolate import RBFInterpolator
from scipy.sparse.linalg import splu

from ...geometry.arrays import Bools, Floats, Ints
from ...geometry.closest import Hits, SearchableSurface
from ...geometry.edges import unique_edges
from ...geometry.laplacians import adjacency, graph_laplacian
from ...geometry.normals import vertex_normals
from ...geometry.similarity import umeyama

# Over how far (metres) the sheet resists bending, and from how far a match still pulls.
REACHES = (0.050, 0.035, 0.025, 0.017, 0.012, 0.008, 0.006, 0.0045)
LIMITS = (0.030, 0.025, 0.020, 0.015, 0.012, 0.009, 0.007, 0.006)
LANDMARK_PULL = 1.0  # of all landmarks together, per match of as many vertices as they stand for
MEMBRANE = 0.02  # share of stretching in the sheet's energy: keeps unmatched borders from flying off
WARP_SMOOTHING = 1.0  # of the thin plate, times the landmarks' variance over their pull
PLATE_UNITS = 1000.0  # per metre: the landmarks' variance is in square millimetres


@dataclass(frozen=True)
class Landmarks:
    """K points of the template that are known on the target."""

    vertices: Ints  # (K, 3) of the template ...
    weights: Floats  # (K, 3) ... and their weights
    points: Floats  # (K, 3) where they are on the target, metres
    spread: Floats  # (K,) how far from there they may truly be, metres


def register(vertices: Floats, triangles: Ints, target: SearchableSurface, landmarks: Landmarks) -> Floats:
    """Template vertices (V, 3) laid onto the target, all of them: those outside ``triangles`` go along.

    triangles: (T, 3) the template's outer surface, which alone is pulled by its closest points on the target.
    """
    at = np.einsum("kc,kcd->kd", landmarks.weights, np.asarray(vertices, dtype=np.float64)[landmarks.vertices])
    whole = umeyama(at, landmarks.points, 1 / landmarks.spread**2)
    placed = whole.apply(np.asarray(vertices, dtype=np.float64))
    placed = placed + warp(whole.apply(at), landmarks, placed)
    moved = placed.copy()
    sheet = ElasticTemplate(placed, triangles, landmarks)
    for reach, limit in zip(REACHES, LIMITS, strict=True):
        moved[sheet.members] = sheet.pulled(moved, target, reach, limit)
    follow = np.setdiff1d(np.arange(len(moved)), sheet.members)
    if len(follow):
        moved[follow] = placed[follow] + follow_sheet(placed[sheet.members], moved[sheet.members], placed[follow])
    return moved


def warp(at: Floats, landmarks: Landmarks, points: Floats) -> Floats:
    """Displacements of points (N, 3) by a thin plate spline through the landmarks, softer where these are unsure."""
    smoothing = WARP_SMOOTHING * (landmarks.spread * PLATE_UNITS) ** 2
    unit = PLATE_UNITS / 100
    plate = RBFInterpolator(at * unit, landmarks.points - at, kernel="linear", degree=1, smoothing=smoothing * 0.01)
    return plate(points * unit)


def follow_sheet(before: Floats, after: Floats, points: Floats, neighbours: int = 24) -> Floats:
    """Displacements of points (N, 3) that are no part of the sheet: as the sheet near them moves."""
    count = min(len(before), 1500)
    chosen = np.linspace(0, len(before) - 1, count).astype(int)
    return RBFInterpolator(before[chosen], (after - before)[chosen], neighbors=neighbours, kernel="linear")(points)


class ElasticTemplate:
    """The template's surface as an elastic sheet about its warped shape.

    placed: (V, 3) that shape; triangles: (T, 3) the sheet; matched: (V,) which of its vertices closest points pull, all
    where it is not given; the others bend with them.
    """

    def __init__(self, placed: Floats, triangles: Ints, landmarks: Landmarks, matched: Bools | None = None) -> None:
        self.members = np.unique(triangles)
        local = np.full(len(placed), -1)
        local[self.members] = np.arange(len(self.members))
        self.triangles = local[triangles]
        self.rest = placed[self.members]
        self.matched = np.ones(len(self.members), dtype=bool) if matched is None else matched[self.members]
        laplacian, self.edge = scaled_laplacian(self.rest, self.triangles)
        self.bending = (laplacian.T @ laplacian).tocsc()
        self.membrane = laplacian
        inside = (local[landmarks.vertices] >= 0).all(axis=1)
        rows = np.repeat(np.arange(inside.sum()), 3)
        self.pick = sparse.csr_matrix(
            (landmarks.weights[inside].ravel(), (rows, local[landmarks.vertices[inside]].ravel())),
            shape=(int(inside.sum()), len(self.members)),
        )
        self.points, self.spread = landmarks.points[inside], landmarks.spread[inside]

    def pulled(self, moved: Floats, target: SearchableSurface, reach: float, limit: float) -> Floats:
        """The sheet's vertices (M, 3) after one step."""
        now = moved[self.members]
        hits = target.closest(now, vertex_normals(now, self.triangles), limit)
        trust = self._trust(hits, target, limit)
        stiffness = (reach / self.edge) ** 4 * self.bending + MEMBRANE * (reach / self.edge) ** 2 * self.membrane
        pull = LANDMARK_PULL * (reach / self.edge) * (0.001 / self.spread) ** 2
        anchors = self.pick.T @ sparse.diags(pull)
        system = stiffness + sparse.diags(trust + 1e-6) + anchors @ self.pick
        right = trust[:, None] * (hits.points - self.rest) + anchors @ (self.points - self.pick @ self.rest)
        factor = splu(system.tocsc(), permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
        return self.rest + factor.solve(right)

    def _trust(self, hits: Hits, target: SearchableSurface, limit: float) -> Floats:
        """Weights (M,): 1 for a near match, 0 beyond the limit and on the target's open borders."""
        near = np.clip(1 - (hits.distance / limit) ** 2, 0, 1) ** 2
        return np.where(np.isfinite(hits.distance) & ~target.on_border(hits) & self.matched, near, 0.0)


def scaled_laplacian(vertices: Floats, triangles: Ints) -> tuple[sparse.csr_matrix, float]:
    """The graph Laplacian (V, V) over the mean number of neighbours, and the mean edge length."""
    edges = unique_edges(triangles)
    joined = adjacency(edges, len(vertices))
    mean = float(np.linalg.norm(vertices[edges[:, 0]] - vertices[edges[:, 1]], axis=1).mean())
    return graph_laplacian(joined) / max(joined.sum() / len(vertices), 1.0), mean
