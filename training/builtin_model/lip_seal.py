"""Closed lips stay closed on every head: what a field would part at rest is shared between both lips and fades away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from ...geometry.arrays import Floats, Ints
from .base_mesh import BaseHead
from .laying_landmarks import HeadRegions
from .membrane import membrane_shares
from .openings import along, border_loops, even_halves

REACH = 0.011  # metres from the lips' line within which the lips give way
OVERLAP, CORNER = 0.00012, 6.0  # metres; how steeply it begins at the corners


@dataclass(frozen=True, eq=False)
class LipSeal:
    """Both lips' edges, and how far what is near goes with them."""

    edges: Ints  # (N,) the upper lip's edge, then the lower one's
    across: Floats  # (N, N) from values on the edges to those opposite to them
    near: Ints  # (L,) vertices
    shares: Floats  # (L, N) of the edges' vertices

    def sealed(self, field: Floats) -> Floats:
        """The field (K, S, 3) on the skin, whose lips move together at their edges."""
        at = field[:, self.edges]
        added = (np.einsum("ab,kbc->kac", self.across, at) - at) / 2
        result = field.copy()
        result[:, self.near] += np.einsum("lk,mkc->mlc", self.shares, added, optimize=True)
        return result

    def closed(self, skin: Floats) -> Floats:
        """The skin (S, 3) at rest with its lips shut: their edges overlap by `OVERLAP`, but at the corners."""
        shut = self.sealed(skin[None])[0]
        half = len(self.edges) // 2
        bow = np.minimum(1.0, CORNER * np.sin(np.pi * np.linspace(0, 1, half)))
        shut[self.edges[:half], 1] -= OVERLAP / 2 * bow
        shut[self.edges[half:], 1] += OVERLAP / 2 * bow
        return shut


def lip_seal(base: BaseHead, regions: HeadRegions, skin: Floats) -> LipSeal:
    """The seal of a subdivided skin (S, 3)."""
    upper, lower = even_halves(border_loops(regions.mouth_faces)[0], skin)
    edges = np.append(upper, lower)
    given, columns = np.unique(edges, return_index=True)  # both corners are of either edge
    apart, _ = KDTree(skin[given]).query(skin)
    free = np.setdiff1d(np.flatnonzero(apart < REACH), given)
    whole = np.eye(len(edges))[columns]
    shares = membrane_shares(base.fine.faces, len(skin), free, given, whole)
    across = np.zeros((len(edges), len(edges)))
    across[: len(upper), len(upper) :] = _interpolation(along(skin[upper]), along(skin[lower]))
    across[len(upper) :, : len(upper)] = _interpolation(along(skin[lower]), along(skin[upper]))
    return LipSeal(edges, across, np.append(free, given), np.concatenate([shares, whole]))


def _interpolation(at: Floats, known: Floats) -> Floats:
    """(A, B) weights of values known at rising places (B,) that give those at places (A,)."""
    after = np.searchsorted(known, at).clip(1, len(known) - 1)
    share = (at - known[after - 1]) / (known[after] - known[after - 1])
    weights = np.zeros((len(at), len(known)))
    rows = np.arange(len(at))
    weights[rows, after - 1], weights[rows, after] = 1 - share, share
    return weights
