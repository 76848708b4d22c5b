"""Seams of a texture closed: where the layout cuts the skin, both sides get one colour, and their surroundings follow.

Colours are completed and blended in the texture, where the sides of a cut are far apart and may drift apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.sparse import csr_matrix, diags
from scipy.sparse.linalg import SuperLU, splu

from ...geometry.arrays import Bools, Image, Ints
from ...geometry.edges import unique_edges
from ...geometry.laplacians import adjacency, graph_laplacian
from ..uv.atlas import UvAtlas
from ..uv.blending import log_colours

FADING = 0.01  # of a point's bond to its neighbours: a correction fades to a third within ten points of the mesh


@dataclass(frozen=True, eq=False)
class _Cuts:
    """The K texture points on cuts of a layout with U points, and what spreads values at them."""

    points: Ints  # (K,)
    texels: Bools  # (T, T) those beside them
    levels: csr_matrix  # (K, N) from the texels' colours to the mean round each point, from its own side
    common: csr_matrix  # (K, K) the mean of all points that are one on the surface
    free: Ints  # (F,) the other points of the skin
    bonds: csr_matrix  # (F, K) to those on cuts
    solver: SuperLU  # of the others' own


def close_seams(image: Image, atlas: UvAtlas, skin: Bools) -> Image:
    """The texture (T, T, 3), linear RGB, with equal colours on both sides of every cut.

    ``skin`` (N,) bool says which of the atlas' triangles count; cuts at their border stay.
    """
    cuts = _cuts(atlas, skin.tobytes())
    if cuts is None:
        return image
    level = cuts.levels @ log_colours(image[cuts.texels]).astype(np.float64)
    offset = cuts.common @ level - level
    spread = np.zeros((int(atlas.triangles_uv.max()) + 1, 3), np.float32)
    spread[cuts.points] = offset
    spread[cuts.free] = cuts.solver.solve(-cuts.bonds @ offset)
    return image * np.exp(atlas.interpolate_corners(spread, atlas.triangles_uv))


@lru_cache(maxsize=2)
def _cuts(atlas: UvAtlas, skin: bytes) -> _Cuts | None:
    """What `close_seams` needs of a layout, None without cuts; the last two are kept."""
    chosen = np.frombuffer(skin, bool)
    corners = atlas.triangles_uv[chosen]
    owner = np.full(int(atlas.triangles_uv.max()) + 1, -1)
    owner[corners] = atlas.triangles[chosen]
    cut = (owner >= 0) & (np.bincount(owner[owner >= 0])[owner] > 1)
    if not cut.any():
        return None
    texels = atlas.mask & cut[atlas.triangles_uv].any(axis=1)[atlas.triangle_ids]
    ends = atlas.triangles_uv[atlas.triangle_ids[texels]]
    rows = np.repeat(np.arange(len(ends)), 3)
    shares = csr_matrix((atlas.barycentrics[texels].ravel(), (ends.ravel(), rows)), (len(cut), len(ends)))
    weight = np.asarray(shares.sum(axis=1)).ravel()
    points = np.flatnonzero(cut & (weight > 0.0))
    _, groups = np.unique(owner[points], return_inverse=True)
    member = csr_matrix((np.ones(len(points)), (groups, np.arange(len(points)))))
    common = member.T @ diags(1 / np.asarray(member.sum(axis=1)).ravel()) @ member
    free = np.setdiff1d(corners, points)
    bonds = graph_laplacian(adjacency(unique_edges(corners), len(cut)))
    matrix = (bonds + FADING * diags(bonds.diagonal())).tocsr()[free]
    levels = (diags(1 / weight[points]) @ shares[points]).tocsr()
    return _Cuts(points, texels, levels, common, free, matrix[:, points], splu(matrix[:, free].tocsc()))
