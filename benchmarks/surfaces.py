"""The open border of a predicted surface, which may come with vertices doubled along texture seams."""

from __future__ import annotations

import numpy as np

from ..geometry.arrays import Bools, Floats, Ints
from ..geometry.edges import border_sides

WELD_DECIMALS = 5  # vertices doubled along a texture seam fall together before borders are looked for


def welded_border(vertices: Floats, triangles: Ints) -> Bools:
    """(T, 3): side k (from corner k to k + 1) belongs to one triangle only, doubled vertices (V, 3) welded."""
    welded = np.unique(np.round(vertices, WELD_DECIMALS), axis=0, return_inverse=True)[1].ravel()
    return border_sides(welded[triangles])
