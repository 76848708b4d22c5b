"""Both eyeballs: spheres of 12 mm radius (Bekerman et al., J. Ophthalmol. 2014: 24 mm) with a cornea, looking to +Z.

Vertices lie on rings about the optical axis, so the borders of pupil and iris (11.8 mm across; Ruefer et al., Cornea
2005) follow edges. Eyeballs are opaque: the iris lies on the cornea.
"""

from __future__ import annotations

import numpy as np

from ...anatomy.parts import PartName
from ...bfm.builtin.eyes import IRIS_RADIUS, PUPIL_RADIUS, RADIUS, eyeball_surface
from ...geometry.arrays import Floats, Ints
from .part_cage import PartCage, grid_faces, interpolating

SEGMENTS = 16
CAP = SEGMENTS // 4  # faces along the side of the grid that fills the pupil
# Distances off the optical axis of the rings, and those behind them as shares of the angle left to the back pole.
FRONT = (PUPIL_RADIUS, 0.0024, 0.0041, IRIS_RADIUS, 0.0078)
BEHIND = (0.118, 0.254, 0.405, 0.57, 0.756)
# In the chart the distance from the middle is the tanh of so many polar angles, and the last ring has so much of the
# disc's radius: farther out faces at the back would fold.
IRIS_LARGE, OUTERMOST = 0.9, 0.85
IRIS_RING = FRONT.index(IRIS_RADIUS)
_MIDDLE = (CAP - 1) ** 2 // 2  # of the vertices inside the pupil
_RINGS = len(FRONT) + len(BEHIND)


def eyeball_cage(centres: Floats, radius: float = RADIUS) -> PartCage:
    """The cage of the left eyeball, then the right, about centres (2, 3), metres, which mirror each other.

    Pupil, iris and cornea have one size, whatever the radius of the ball.

    Once subdivided its own vertices lie on the eyeballs exactly, the others within 0.05 mm as far as lids reach, which
    is 100 degrees off the axis, and within 0.2 mm behind.
    """
    polar, around, faces = _ball(radius)
    ball = interpolating(faces, eyeball_surface(polar, around, radius))
    twin = _twin()
    ball = (ball + ball[twin] * (-1, 1, 1)) / 2
    count = len(ball)
    chart, faces_uv = _chart(polar, around, faces)
    kinds = _face_kinds(len(faces))
    eyes = (PartName.LEFT_EYE, PartName.RIGHT_EYE)
    return PartCage(
        np.concatenate([ball + centre for centre in centres]),
        np.concatenate([faces, faces + count]),
        np.concatenate([chart * 0.25 + (0.25 + 0.5 * side, 0.5) for side in (0, 1)]),
        np.concatenate([faces_uv, faces_uv + len(chart)]),
        tuple(eye[kind] for eye in eyes for kind in kinds),
        np.concatenate([twin + count, twin]),
    )


def iris_points(side: int) -> Ints:
    """Vertices (5,) of the cage of the left (0) or right (1) eye's dense iris landmarks.

    They are the centre, then the edge at the subject's left, top, right, bottom.
    """
    edge = (CAP - 1) ** 2 + IRIS_RING * SEGMENTS
    return np.array([_MIDDLE, *(edge + CAP * k for k in range(4))]) + side * (_count() // 2)


def _count() -> int:
    """How many vertices both eyeballs' cage has."""
    return 2 * ((CAP - 1) ** 2 + _RINGS * SEGMENTS + 1)


def _ball(radius: float) -> tuple[Floats, Floats, Ints]:
    """Polar angles and azimuths (C,) and faces: the pupil's inner grid, the rings outward, the back pole."""
    step = np.linspace(-1, 1, CAP + 1)
    a, b = (g.ravel() for g in np.meshgrid(step[1:-1], step[1:-1]))
    inner = 0.85 * PUPIL_RADIUS * np.stack([a * np.sqrt(1 - b**2 / 2), b * np.sqrt(1 - a**2 / 2)], axis=1)
    front = np.arcsin(np.array(FRONT) / radius)
    rings = np.concatenate([front, front[-1] + (np.pi - front[-1]) * np.array(BEHIND)])
    turn = 2 * np.pi * np.arange(SEGMENTS) / SEGMENTS
    polar = np.concatenate([np.arcsin(np.hypot(*inner.T) / radius), np.repeat(rings, SEGMENTS), [np.pi]])
    around = np.concatenate([np.arctan2(inner[:, 1], inner[:, 0]), np.tile(turn, _RINGS), [0.0]])

    ids = (CAP - 1) ** 2 + np.arange(_RINGS * SEGMENTS).reshape(_RINGS, SEGMENTS)
    cap = np.zeros((CAP + 1, CAP + 1), dtype=int)
    cap[1:-1, 1:-1] = np.arange((CAP - 1) ** 2).reshape(CAP - 1, CAP - 1)
    edge = np.roll(ids[0], -(SEGMENTS // 2 + CAP // 2))  # from the grid's lower left corner, at 225 degrees
    cap[0, :-1], cap[:-1, -1], cap[-1, :0:-1], cap[:0:-1, 0] = edge.reshape(4, CAP)
    closed = np.concatenate([ids, ids[:, :1]], axis=1)
    last, pole = closed[-1], np.full(SEGMENTS // 2, ids[-1, -1] + 1)
    back = np.stack([pole, last[2::2], last[1::2], last[:-1:2]], axis=1)
    return polar, around, np.concatenate([grid_faces(cap), grid_faces(closed)[:, ::-1], back]).astype(np.int32)


def _twin() -> Ints:
    """(C,) the vertex of one ball that is its mirror image at x = 0."""
    grid = np.arange((CAP - 1) ** 2).reshape(CAP - 1, CAP - 1)[:, ::-1].ravel()
    ids = np.arange(_RINGS * SEGMENTS).reshape(_RINGS, SEGMENTS)
    rings = ids[:, (SEGMENTS // 2 - np.arange(SEGMENTS)) % SEGMENTS].ravel() + len(grid)
    return np.concatenate([grid, rings, [len(grid) + len(rings)]])


def _face_kinds(count: int) -> Ints:
    """(G,) 0 for the white, 1 for the iris, 2 for the pupil."""
    pupil, iris = CAP**2, IRIS_RING * SEGMENTS
    return np.repeat([2, 1, 0], [pupil, iris, count - pupil - iris])


def _chart(polar: Floats, around: Floats, faces: Ints) -> tuple[Floats, Ints]:
    """Map into the unit disc, the iris large; every face at the back pole has a pole of its own."""
    off = np.tanh(IRIS_LARGE * polar)
    flat = (OUTERMOST * off / off[-2])[:, None] * np.stack([np.cos(around), np.sin(around)], axis=1)
    odd = 2 * np.pi * np.arange(1, SEGMENTS, 2) / SEGMENTS
    faces_uv = faces.copy()
    faces_uv[-len(odd) :, 0] = len(flat) - 1 + np.arange(len(odd))
    return np.concatenate([flat[:-1], np.stack([np.cos(odd), np.sin(odd)], axis=1)]), faces_uv
