"""The lips as tables of landmarks, and how pulls on them and on both sides of the face are written.

A lip's table has a row per ring, from the skin round the lips to their inner edge, and a column from the right to the
left corner, so that a lip's movement is a vector per ring times a weight per column. Pulls are in millimetres.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ...anatomy.landmarks import INNER_LIP_LOOP, OUTER_LIP_LOOP
from ...bfm.builtin.anatomy import Anatomy
from ...bfm.builtin.muscles import FLIP, Pulls
from ...geometry.arrays import Floats, Ints

UPPER_LIP = np.array([
    (57, 186, 92, 165, 167, 164, 393, 391, 322, 410, 287),
    OUTER_LIP_LOOP[:11],
    (76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306),
    (62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292),
    INNER_LIP_LOOP[:11],
])  # fmt: skip
LOWER_LIP = np.array([
    (57, 43, 106, 182, 83, 18, 313, 406, 335, 273, 287),
    (61, *OUTER_LIP_LOOP[:9:-1]),
    (76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306),
    (62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292),
    (78, *INNER_LIP_LOOP[:9:-1]),
])  # fmt: skip
# Where the lips' columns stand, in halves of the mouth's width: -1 the right corner, 1 the left one.
COLUMN = np.array([-1.0, -0.89, -0.75, -0.55, -0.29, 0.0, 0.29, 0.55, 0.75, 0.89, 1.0])
ARCH = np.cos(COLUMN * np.pi / 2)  # 0 at the corners, 1 in the middle


def towards_left(sharpness: float) -> Floats:
    """Column weights that grow from the right to the left corner."""
    return ((1 + COLUMN) / 2) ** sharpness


def ring_weights(weights: ArrayLike) -> Floats:
    """Weights (R,) of the rings as (R, 1, 1), to multiply pulls (R, columns, 3) with."""
    return np.asarray(weights, dtype=np.float64)[:, None, None]


def lip_pulls(lip: Ints, rings: ArrayLike, weight: Floats) -> dict[int, Floats]:
    """Pulls of a lip: a vector for all rings or one for each of the five, times column weights (11,)."""
    vectors = np.broadcast_to(np.asarray(rings, dtype=np.float64), (5, 3))
    return table_pulls(lip, vectors[:, None] * weight[:, None])


def table_pulls(ids: Ints, values: Floats) -> dict[int, Floats]:
    """Pull (3,) by vertex, of a table of vertex ids and values (..., 3) of the same form or one that spreads to it."""
    values = np.broadcast_to(values, (*ids.shape, values.shape[-1]))
    return {int(v): value for v, value in zip(ids.ravel(), values.reshape(ids.size, -1), strict=True)}


def both_sides(face: Anatomy, pulls: Pulls) -> dict[int, Floats]:
    """Pulls of the left and their mirror images on the right."""
    result: dict[int, Floats] = {}
    for vertex, pull in pulls.items():
        value = np.asarray(pull, dtype=np.float64)
        result[int(face.geometry.mirror[vertex])] = value * (FLIP if len(value) == 3 else 1)
        result[vertex] = value
    return result
