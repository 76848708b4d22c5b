"""Seams of a texture closed: where the layout cuts the skin, both sides get one colour, and their surroundings follow.

Colours are completed and blended in the texture, where the sides of a cut are far apart and may drift apart.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import diags

from ...geometry.arrays import Bools, Image, Ints
from ...geometry.edges import unique_edges
from ...geometry.laplacians import adjacency, graph_laplacian, harmonic
from ..uv.atlas import UvAtlas
from ..uv.blending import log_colours

FADING = 0.01  # of a point's bond to its neighbours: a correction fades to a third within ten points of the mesh


def close_seams(image: Image, atlas: UvAtlas, skin: Bools) -> Image:
    """The texture (T, T, 3), linear RGB, with equal colours on both sides of every cut.

    ``skin`` (N,) bool says which of the atlas' triangles count; cuts at their border stay.
    """
    corners = atlas.triangles_uv[skin]
    count = int(atlas.triangles_uv.max()) + 1
    owner = np.full(count, -1)
    owner[corners] = atlas.triangles[skin]
    shared = np.bincount(owner[owner >= 0])
    cut = (owner >= 0) & (shared[owner] > 1)
    if not cut.any():
        return image
    level, weight = _levels(image, atlas, cut)
    cut &= weight > 0.0
    total = np.bincount(owner[cut], minlength=len(shared))
    common = np.stack([np.bincount(owner[cut], level[cut, k], len(shared)) for k in range(3)], axis=1)
    offset = np.zeros((count, 3))
    offset[cut] = (common / np.maximum(total, 1)[:, None])[owner[cut]] - level[cut]
    spread = _spread(offset, cut, corners).astype(np.float32)
    return image * np.exp(atlas.interpolate_corners(spread, atlas.triangles_uv))


def _levels(image: Image, atlas: UvAtlas, cut: Bools) -> tuple[Image, Image]:
    """Mean log colour (U, 3) round each cut texture point, from its own side, and the texels (U,) that say so."""
    beside = cut[atlas.triangles_uv].any(axis=1)
    texels = (atlas.triangle_ids >= 0) & beside[atlas.triangle_ids]
    corners = atlas.triangles_uv[atlas.triangle_ids[texels]].ravel()
    shares = atlas.barycentrics[texels].ravel()
    colours = np.repeat(log_colours(image[texels]), 3, axis=0)
    weight = np.bincount(corners, shares, len(cut))
    sums = [np.bincount(corners, shares * colours[:, k], len(cut)) for k in range(3)]
    return np.stack(sums, axis=1) / np.maximum(weight, 1e-9)[:, None], weight


def _spread(offset: Image, fixed: Bools, corners: Ints) -> Image:
    """Values (U, 3) given at ``fixed`` points, spread over the mesh of the corners (N, 3) and fading with distance."""
    given = np.flatnonzero(fixed)
    free = np.setdiff1d(corners, given)
    bonds = graph_laplacian(adjacency(unique_edges(corners), len(fixed)))
    result = offset.copy()
    result[free] = harmonic(bonds + FADING * diags(bonds.diagonal()), free, given, offset[given])
    return result
