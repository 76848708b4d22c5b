"""Closed lips stay closed on every head: what a field would part at rest is shared between both lips and fades away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from ...geometry.arrays import Floats, Ints
from ...geometry.laplacians import harmonic, umbrella
from .base_mesh import BaseHead
from .laying_landmarks import HeadRegions
from .openings import border_loops, even_halves

REACH = 0.011  # metres from the lips' line within which the lips give way
SOFT = 2.0  # the membrane's weight is bent so that it ends softly


@dataclass(frozen=True, eq=False)
class LipSeal:
    """Both lips' edges, pairwise, and how far what is near goes with them."""

    upper: Ints  # (N,)
    lower: Ints  # (N,)
    near: Ints  # (L,) vertices
    shares: Floats  # (L, 2 N) of the edges' vertices, the upper's first

    def sealed(self, field: Floats) -> Floats:
        """The field (K, S, 3) on the skin, whose lips move together at their edges."""
        apart = (field[:, self.upper] - field[:, self.lower]) / 2
        added = np.concatenate([-apart, apart], axis=1)
        result = field.copy()
        result[:, self.near] += np.einsum("lk,mkc->mlc", self.shares, added, optimize=True)
        return result


def lip_seal(base: BaseHead, regions: HeadRegions, skin: Floats) -> LipSeal:
    """The seal of a subdivided skin (S, 3)."""
    upper, lower = even_halves(border_loops(regions.mouth_faces)[0], skin)
    given = np.append(upper, lower[1:-1])  # both corners are of either edge
    columns = np.append(np.arange(len(upper)), len(upper) + np.arange(1, len(lower) - 1))
    apart, _ = KDTree(skin[given]).query(skin)
    free = np.setdiff1d(np.flatnonzero(apart < REACH), given)
    whole = np.eye(len(upper) + len(lower))[columns]
    membrane = np.clip(harmonic(umbrella(base.fine.faces, len(skin)), free, given, whole), 0, 1)
    shares = membrane * np.clip(SOFT - membrane.sum(axis=1, keepdims=True), 1, SOFT)
    return LipSeal(upper, lower, np.append(free, given), np.concatenate([shares, whole]))
