"""How lips move: pulls on their rings, and what is more than pulls (sliding, rolling, narrowing).

A lip's table has a row per ring, from the skin round the lips to their inner edge, and a column from the right to the
left corner, so that a lip's movement is a vector per ring times a weight per column. Pulls are in millimetres of an
average face: to the subject's left, up, out. The numbers come from ``expressions.toml``, which explains the keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ...anatomy.landmarks import INNER_LIP_LOOP, OUTER_LIP_LOOP
from ...bfm.builtin.anatomy import Anatomy
from ...bfm.builtin.muscles import turn
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
LIPS = {"upper": UPPER_LIP, "lower": LOWER_LIP}
ALL_RINGS = (1.0, 1.0, 1.0, 1.0, 1.0)
# Where the lips' columns stand, in halves of the mouth's width: -1 the right corner, 1 the left one.
COLUMN = np.array([-1.0, -0.89, -0.75, -0.55, -0.29, 0.0, 0.29, 0.55, 0.75, 0.89, 1.0])
ARCH = np.cos(COLUMN * np.pi / 2)  # 0 at the corners, 1 in the middle

_WEIGHTS: dict[str, Callable[[Any], Floats]] = {
    "towards_left": lambda sharpness: ((1 + COLUMN) / 2) ** sharpness,
    "arch": lambda sharpness: ARCH**sharpness,
    "bump": lambda bell: np.exp(-(((COLUMN - bell[0]) / bell[1]) ** 2)),
    "ends": lambda drop: 1 - drop * ARCH,
}


def column_weights(weight: Mapping[str, Any]) -> Floats:
    """The weights (11,) along a lip that an entry like ``{arch = 0.7}`` stands for; an empty one: all of it."""
    if not weight:
        return np.ones(len(COLUMN))
    ((shape, number),) = weight.items()
    return _WEIGHTS[shape](number)


def pulled(
    lip: str, pull: ArrayLike, rings: Sequence[float] = ALL_RINGS, weight: Mapping[str, Any] | None = None
) -> dict[int, Floats]:
    """Pulls of a lip: a vector for all rings or one for each of the five, times shares of rings and of columns."""
    vectors = np.broadcast_to(np.asarray(pull, dtype=np.float64), (5, 3)) * np.asarray(rings)[:, None]
    return by_vertex(LIPS[lip], vectors[:, None] * column_weights(weight or {})[:, None])


def by_vertex(ids: Ints, values: Floats) -> dict[int, Floats]:
    """Values (..., C), of all or broadcast, of the vertices of a table, as vertex -> value (C,)."""
    values = np.broadcast_to(values, (*ids.shape, values.shape[-1]))
    return {int(v): value for v, value in zip(ids.ravel(), values.reshape(ids.size, -1), strict=True)}


def slid(
    face: Anatomy, *, behind: float, turn_by: float, rings: Sequence[float], lift: float, weight: Mapping[str, Any]
) -> dict[int, Floats]:
    """Pulls of both lips that turn about an upright axis ``behind`` them, as round the teeth, to the left."""
    points = face.geometry.vertices
    axis = points[[13, 14]].mean(axis=0) - [0, 0, behind * face.millimetre]
    angles = np.radians(turn_by) * np.asarray(rings)[:, None]
    lifted = np.outer(column_weights(weight), (0.0, lift, 0.0))
    pulls: dict[int, Floats] = {}
    for lip in LIPS.values():
        pulls |= by_vertex(lip, (turn(points[lip], axis, 1, angles) - points[lip]) / face.millimetre + lifted)
    return pulls


def rolled(
    face: Anatomy, *, lip: str, places: Sequence[Sequence[float]], skin: float, weight: Mapping[str, Any]
) -> dict[int, Floats]:
    """Pulls of a lip whose outer line takes the place of its inner edge; the red folds inwards behind it."""
    ids = LIPS[lip]
    points = face.geometry.vertices[ids] / face.millimetre
    edge, away = points[4], np.sign(points[1, 5, 1] - points[4, 5, 1])
    moves = np.stack([edge + np.array([0, away * up, -back]) for up, back in places]) - points[1:]
    moves = np.concatenate([skin * moves[:1], moves])
    return by_vertex(ids, moves * column_weights(weight)[:, None])


def narrowed(
    *,
    inwards: float,
    forwards: float,
    corners_out: float,
    skin: float,
    rings: Mapping[str, ArrayLike],
    weight: Mapping[str, Any],
) -> dict[int, Floats]:
    """Pulls of lips whose corners go inwards while they go forwards; those of ``rings`` are added in the middle."""
    out = forwards + corners_out * np.abs(COLUMN)
    corners = np.stack([-COLUMN * inwards, np.zeros(len(COLUMN)), out], axis=1)
    shares = np.array([skin, 1.0, 1.0, 1.0, 1.0])[:, None, None]
    middle = column_weights(weight)[:, None]
    pulls: dict[int, Floats] = {}
    for name, ids in LIPS.items():
        pulls |= by_vertex(ids, np.asarray(rings[name])[:, None] * middle + corners * shares)
    return pulls
