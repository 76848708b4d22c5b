"""Expressions of the jaw, and the lips' answer to it; sided ones are written for the left.

Pulls are millimetres of an average face at slider 1.0: to the subject's left, up, out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ...bfm.builtin.anatomy import Anatomy
from ...bfm.builtin.muscles import turn
from ...geometry.arrays import Floats, Ints
from .lips import COLUMN, LOWER_LIP, UPPER_LIP, both_sides, table_pulls

CHIN = (152, 175, 199, 200, 148, 377, 171, 396, 208, 428, 201, 421, 176, 400, 140, 369, 32, 262, 194, 418)
# Shares of the closing lower lip's way that the rows of the chin below it follow.
CHIN_FOLLOWS_LIP = {(200, 201, 421): 0.36, (199, 208, 428): 0.14, (175, 171, 396): 0.04, (152, 148, 377, 400, 176): 0.0}

JAW_OPEN, JAW_GLIDE = np.radians(20.0), np.array([0.0, -3.0, 7.0])  # condyles turn, and glide down and forwards
JAW_SIDEWAYS, JAW_FORWARD = np.radians(4.6), np.array([0.0, -1.0, 8.0])


def jaw_weight(face: Anatomy, upper_lip: float = 0.0) -> Floats:
    """How much (V, 1) of the jaw's movement each vertex follows."""
    still = (0, 11, 12, 13, 164, 2, 1, 4, 326, 97, 358, 129, 327, 98, 266, 36, 423, 203, 280, 50, 330, 101, 346, 117,
             345, 116, 447, 227, 352, 123, 356, 127, 454, 234, 323, 93, 168, 6, 10, 151, 9)  # fmt: skip
    follow: dict[int, ArrayLike] = {**dict.fromkeys(still, (0.0,)), **dict.fromkeys(CHIN, (1.0,))}
    corner = 0.38
    rise = 1 - (1 - corner) * np.abs(COLUMN) ** 4.5  # the opening is rounder below than above
    fall = upper_lip + (corner - upper_lip) * np.abs(COLUMN) ** 3.0
    follow |= table_pulls(UPPER_LIP, np.tile(fall[:, None], (5, 1, 1)))
    follow |= table_pulls(LOWER_LIP, np.tile(rise[:, None], (5, 1, 1)))
    follow |= both_sides(face, {288: (0.42,), 397: (0.6,), 365: (0.75,), 379: (0.9,), 378: (0.97,), 361: (0.2,),
                                435: (0.33,), 367: (0.6,), 401: (0.12,), 416: (0.38,), 434: (0.5,), 432: (0.5,),
                                430: (0.85,), 427: (0.2,), 411: (0.16,), 436: (0.24,)})  # fmt: skip
    return face.spread(follow, reach=60.0)


def jaw_open(face: Anatomy) -> Floats:
    """The jaw turns about its joints while these glide forwards; the corners of the mouth draw together a little."""
    weight = jaw_weight(face)
    points = face.geometry.vertices
    turned = turn(points, face.geometry.jaw_hinge, 0, JAW_OPEN * weight[:, 0]) - points
    inwards = {287: (-1.5, 0, 0), 291: (-2.0, 0, 0), 308: (-2.0, 0, 0), 432: (-1.2, 0, 0)}
    corners = face.pull(both_sides(face, inwards), 20)
    return face.off_eyeballs(turned + weight * JAW_GLIDE * face.millimetre + corners)


def jaw_left(face: Anatomy) -> Floats:
    """The jaw swings about an upright axis through its right joint."""
    points = face.geometry.vertices
    pivot = face.geometry.jaw_hinge - [60 * face.millimetre, 0, 0]
    weight = jaw_weight(face, upper_lip=0.15)
    return face.off_eyeballs(turn(points, pivot, 1, JAW_SIDEWAYS * weight[:, 0]) - points)


def jaw_forward(face: Anatomy) -> Floats:
    """The jaw slides forwards."""
    return face.off_eyeballs(jaw_weight(face) * JAW_FORWARD * face.millimetre)


def mouth_close(face: Anatomy) -> Floats:
    """What closes the lips over an open jaw: with jawOpen and mouthClose at 1 the lips' edges meet."""
    opened = jaw_open(face)
    points = face.geometry.vertices + opened
    upper, lower = face.lip_edges
    seam = points[upper] * 0.68 + points[lower] * 0.32
    pulls: dict[int, ArrayLike] = {}
    for row, part in CHIN_FOLLOWS_LIP.items():
        pulls |= {v: part * (seam - points[lower])[len(seam) // 2] / face.millimetre for v in row}
    share = np.array([0.7, 0.88, 0.95, 1.0])[:, None, None]
    for lip, edge in ((UPPER_LIP, upper), (LOWER_LIP, lower)):
        target = seam[_places(edge, lip[4])]
        pulls |= table_pulls(lip[:4], share * (target - points[lip[4]]) / face.millimetre)
    for edge in (upper, lower):
        pulls |= dict(zip(edge.tolist(), (seam - points[edge]) / face.millimetre, strict=True))
    return face.pull(pulls, 24)


def _places(path: Ints, ids: Ints) -> Ints:
    """Where the ids stand in a path."""
    return np.array([int(np.flatnonzero(path == v)[0]) for v in ids])
