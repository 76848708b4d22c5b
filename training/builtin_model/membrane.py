"""How skin goes with an edge that moves: as a membrane held at the edge and where the movement ends."""

from __future__ import annotations

import numpy as np

from ...geometry.arrays import Floats, Ints
from ...geometry.laplacians import harmonic, umbrella

SOFT = 2.0  # the membrane's weight is bent so that it ends softly


def membrane_shares(faces: Ints, count: int, free: Ints, given: Ints, values: Floats) -> Floats:
    """Shares (N, K) that points ``free`` (N,) of faces (F, 4) over ``count`` vertices have of an edge's K.

    values: (M, K) those of the edge's own points ``given`` (M,); all other points stay.
    """
    membrane = np.clip(harmonic(umbrella(faces, count), free, given, values), 0, 1)
    return membrane * np.clip(SOFT - membrane.sum(axis=1, keepdims=True), 1, SOFT)
