"""The base mesh's head laid on ICT-FaceKit's mean, once: what ICT's heads do, the new head then does as well.

Known points pull first (detector landmarks measured on renders of both, points picked by eye, the edges of lids and
lips), then the closest points of ICT's skin, from stiff to soft (non-rigid ICP in the spirit of Amberg et al., CVPR
2007). Surfaces that ICT's skin does not show, in the mouth and behind the lids, only follow. Metres, ICT's axes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.linalg import SuperLU, splu

from ...bfm.formats.ict_facekit.expressions import EXPRESSION_NAMES, expression_basis
from ...bfm.formats.ict_facekit.facekit import FaceKit
from ...bfm.formats.ict_facekit.head import METRES
from ...bfm.formats.ict_facekit.parts import RANGES
from ...bfm.transfer.motions import local_maps
from ...bfm.transfer.registration import ElasticTemplate, Landmarks, warp
from ...geometry.arrays import Bools, Floats, Ints
from ...geometry.closest import SearchableSurface
from ...geometry.edges import edge_lengths
from ...geometry.faces import triangulate
from ...geometry.laplacians import umbrella
from ...geometry.normals import vertex_normals
from ...geometry.similarity import umeyama
from .base_mesh import BaseHead, symmetric
from .calming import calmed

# Over how far (metres) the sheet resists bending, and from how far a match still pulls.
REACHES = (0.12, 0.08, 0.05, 0.035, 0.025, 0.017, 0.012, 0.008, 0.006)
LIMITS = (0.04, 0.035, 0.03, 0.025, 0.02, 0.015, 0.012, 0.009, 0.007)
MATCHED = 0.0015  # metres from ICT's skin within which a vertex rides on it
MOUTH_REACH = 0.045  # metres round the mouth within which a lip must not ride on the other one
CRUMPLED = 0.3  # lengths of its edges that a vertex may bend, one sigma of all modes together
FALLS = 0.5  # share of the chin's way in jawOpen from which skin belongs to the lower lip


@dataclass(frozen=True)
class IctHead:
    """ICT-FaceKit in metres, as far as the laying needs it."""

    vertices: Floats  # (26719, 3) its neutral
    identity: Floats  # (100, 26719, 3) per sigma
    expressions: dict[str, Floats]  # ARKit's name -> (26719, 3)
    faces: Ints  # (F, 4) skin: face, head and neck

    @property
    def triangles(self) -> Ints:
        """The skin's (T, 3)."""
        return triangulate(self.faces)


def ict_head(kit: FaceKit) -> IctHead:
    """The kit in metres."""
    basis = expression_basis(kit) * METRES
    skin = kit.faces[: RANGES["head_and_neck"][3]].astype(np.int64)
    return IctHead(
        kit.neutral.astype(np.float64) * METRES,
        kit.identity.astype(np.float64) * METRES,
        dict(zip(EXPRESSION_NAMES, basis, strict=True)),
        skin,
    )


@dataclass(frozen=True)
class LaidHead:
    """The subdivided skin (V vertices) on ICT's mean, and how fields on ICT's mesh become fields on it."""

    base: BaseHead
    vertices: Floats  # (V, 3) exactly mirror symmetric
    matrix: sparse.csr_matrix  # (V, 26719) rows sum to 1; zero rows where ``rides`` is not
    rides: Bools  # (V,) on ICT's skin; the others follow

    @cached_property
    def _bend(self) -> sparse.csr_matrix:
        return umbrella(self.base.fine.faces, len(self.vertices))

    @cached_property
    def _follow(self) -> SuperLU:
        bend = self._bend[:, np.flatnonzero(~self.rides)]
        return splu((bend.T @ bend).tocsc())

    @cached_property
    def _maps(self) -> Floats:
        """(V, 3, 3) what turns and stretches small displacements of the base head into this one's."""
        before = self.base.fine.matrix @ self.base.vertices
        return local_maps(before, self.vertices, before)

    def carry_own(self, field: Floats) -> Floats:
        """Displacements (C, 3) of the base head's cage as those of this skin (V, 3)."""
        return np.einsum("vij,vj->vi", self._maps, self.base.fine.matrix @ field)

    def carry(self, field: Floats, guide: Floats | None = None) -> Floats:
        """A field (26719, C) of ICT's as one of the skin (V, C).

        What does not ride bends as little as it can, or as the guide (V, C) does.
        """
        return self.filled(np.asarray(self.matrix @ field, dtype=np.float64), guide)

    def filled(self, field: Floats, guide: Floats | None = None) -> Floats:
        """A field (V, C) of the skin, anew where it does not ride on ICT's, as `carry` has it."""
        result, follow = np.array(field, dtype=np.float64), ~self.rides
        bent = self._bend @ (np.where(follow[:, None], 0.0, result) - (0.0 if guide is None else guide))
        result[follow] = -self._follow.solve(np.asarray(self._bend[:, np.flatnonzero(follow)].T @ bent))
        return result


def lay_base(base: BaseHead, ict: IctHead, landmarks: Landmarks, outer: Bools) -> LaidHead:
    """Lay the head on ICT's mean.

    landmarks: of the subdivided head's vertices; outer: (V,) which of them ICT's skin can show.
    """
    vertices, mirror = base.fine.matrix @ base.vertices, base.fine_mirror
    at = np.einsum("kc,kcd->kd", landmarks.weights, vertices[landmarks.vertices])
    whole = umeyama(at, landmarks.points, 1 / landmarks.spread**2)
    placed = whole.apply(vertices)
    placed = symmetric(placed + warp(whole.apply(at), landmarks, placed), mirror)
    sheet = ElasticTemplate(placed, triangulate(base.fine.faces), landmarks, outer)
    surface, moved = SearchableSurface(ict.vertices, ict.triangles), placed
    for reach, limit in zip(REACHES, LIMITS, strict=True):
        moved = symmetric(sheet.pulled(moved, surface, reach, limit), mirror)
    matrix, rides = _attached(base, moved, ict, outer)
    rides &= ~_crumpled(base, moved, matrix, ict)
    shape = LaidHead(base, moved, matrix, rides).filled(moved, placed)
    shape = placed + calmed((shape - placed)[None], moved, base.fine.faces)[0]
    return LaidHead(base, symmetric(shape, mirror), matrix, rides)


def _attached(base: BaseHead, laid: Floats, ict: IctHead, outer: Bools) -> tuple[sparse.csr_matrix, Bools]:
    """How each vertex (V,) rides on ICT's skin, and which do. No lip rides on the other one."""
    normals = vertex_normals(laid, triangulate(base.fine.faces))
    own = _falls(base.fine.matrix @ base.face_unit("jawOpen"))
    theirs = _falls(ict.expressions["jawOpen"])[ict.triangles].mean(axis=1) > 0.5
    mouth = laid[own].mean(axis=0)
    shared = np.linalg.norm(laid - (mouth * [0, 1, 1]), axis=1) > MOUTH_REACH
    rows, columns, values = [], [], []
    rides = np.zeros(len(laid), dtype=bool)
    for ids, which in (
        (np.flatnonzero(outer & shared), np.ones(len(theirs), dtype=bool)),
        (np.flatnonzero(outer & ~shared & own), theirs),
        (np.flatnonzero(outer & ~shared & ~own), ~theirs),
    ):
        surface = SearchableSurface(ict.vertices, ict.triangles[which])
        hits = surface.closest(laid[ids], normals[ids], MATCHED)
        near = np.isfinite(hits.distance)
        rides[ids[near]] = True
        rows.append(np.repeat(ids[near], 3))
        columns.append(surface.triangles[hits.triangles[near]].ravel())
        values.append(hits.weights[near].ravel())
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return sparse.csr_matrix(entries, (len(laid), len(ict.vertices))), rides


def _crumpled(base: BaseHead, laid: Floats, matrix: sparse.csr_matrix, ict: IctHead) -> Bools:
    """Which vertices (V,) would bend over less than their own size with ICT's heads.

    So it is where the mesh is dense and ICT's is not the same: corners of mouth and eyes, nostrils, folds of the ears.
    """
    bend, mirror = umbrella(base.fine.faces, len(laid)), base.fine_mirror
    bent = np.zeros(len(laid))
    for mode in ict.identity:
        bent += ((bend @ (matrix @ mode)) ** 2).sum(axis=1)
    crumpled = np.sqrt(bent) > CRUMPLED * edge_lengths(laid, base.fine.faces)
    return crumpled | crumpled[mirror]


def _falls(opening: Floats) -> Bools:
    """Which vertices (N,) of displacements (N, 3) that open the jaw belong to what goes down."""
    way = np.linalg.norm(opening, axis=1)
    return way > FALLS * np.quantile(way[way > 1e-5], 0.9)
