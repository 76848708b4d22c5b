"""The rims of an eye's lids, and cages that hang on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...bfm.builtin.eyes import RADIUS
from ...geometry.arrays import Floats, Ints
from .part_cage import PartCage


@dataclass(frozen=True, eq=False)
class Lids:
    """The lids of the left eye, metres; the right eye's are their mirror image."""

    upper: Floats  # (N, 3) along the rim of the upper lid, from the inner corner to the outer
    lower: Floats  # (M, 3) likewise
    centre: Floats  # (3,) of the eyeball
    radius: float = RADIUS  # of it


@dataclass(frozen=True, eq=False)
class RimCage:
    """A cage whose every vertex goes wherever a point of a rim goes."""

    cage: PartCage
    rim: Ints  # (C,) the point among those of its side's upper and then lower rim


def chosen(rim: Floats, columns: int, start: float, end: float) -> tuple[Ints, Floats]:
    """Points of a rim (N, 3) for so many columns of faces, evenly spread between two shares of its length.

    Returns:
        Their ids (K,), K at most ``columns`` + 1, and their shares (K,) of the way from the first to the last of them.
    """
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(rim, axis=0), axis=1))])
    share = length / length[-1]
    ids = np.unique(np.abs(share[:, None] - np.linspace(start, end, columns + 1)).argmin(axis=0))
    return ids, (share[ids] - share[ids[0]]) / (share[ids[-1]] - share[ids[0]])
