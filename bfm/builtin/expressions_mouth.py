"""Expressions of jaw, lips and cheeks, as pulls on the lips' rings and a few cheek and chin landmarks.

Pulls are millimetres of an average face at slider 1.0: to the subject's left, up, out. Sided expressions are
written for the left. The lips are tables of rings (from the skin round them to their inner edge) times columns (from
the right to the left corner), so that a lip's movement is a vector per ring times a weight per column.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..landmarks import INNER_LIP_LOOP, OUTER_LIP_LOOP
from .anatomy import Anatomy
from .muscles import FLIP, Floats, Ints, Pulls, turn, vertex_normals

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
CHIN = (152, 175, 199, 200, 148, 377, 171, 396, 208, 428, 201, 421, 176, 400, 140, 369, 32, 262, 194, 418)
# Shares of the closing lower lip's way that the rows of the chin below it follow.
CHIN_FOLLOWS_LIP = {(200, 201, 421): 0.36, (199, 208, 428): 0.14, (175, 171, 396): 0.04, (152, 148, 377, 400, 176): 0.0}

JAW_OPEN, JAW_GLIDE = np.radians(20.0), np.array([0.0, -3.0, 7.0])  # condyles turn, and glide down and forwards
JAW_SIDEWAYS, JAW_FORWARD = np.radians(4.6), np.array([0.0, -1.0, 8.0])


def jaw_weight(face: Anatomy, upper_lip: float = 0.0) -> Floats:
    """How much (V, 1) of the jaw's movement each vertex follows."""
    still = (0, 11, 12, 13, 164, 2, 1, 4, 326, 97, 358, 129, 327, 98, 266, 36, 423, 203, 280, 50, 330, 101, 346, 117,
             345, 116, 447, 227, 352, 123, 356, 127, 454, 234, 323, 93, 168, 6, 10, 151, 9)  # fmt: skip
    follow: dict[int, tuple[float]] = dict.fromkeys(still, (0.0,))
    follow |= dict.fromkeys(CHIN, (1.0,))
    corner = 0.38
    rise = 1 - (1 - corner) * np.abs(COLUMN) ** 4.5  # the opening is rounder below than above
    fall = upper_lip + (corner - upper_lip) * np.abs(COLUMN) ** 3.0
    follow |= _table(UPPER_LIP, np.tile(fall[:, None], (5, 1, 1)))
    follow |= _table(LOWER_LIP, np.tile(rise[:, None], (5, 1, 1)))
    follow |= _both_sides(face, {288: (0.42,), 397: (0.6,), 365: (0.75,), 379: (0.9,), 378: (0.97,), 361: (0.2,),
                                 435: (0.33,), 367: (0.6,), 401: (0.12,), 416: (0.38,), 434: (0.5,), 432: (0.5,),
                                 430: (0.85,), 427: (0.2,), 411: (0.16,), 436: (0.24,)})  # fmt: skip
    return face.spread(follow, reach=60.0)


def jaw_open(face: Anatomy) -> Floats:
    """The jaw turns about its joints while these glide forwards; the corners of the mouth draw together a little."""
    weight = jaw_weight(face)
    points = face.geometry.vertices
    turned = turn(points, face.geometry.jaw_hinge, 0, JAW_OPEN * weight[:, 0]) - points
    corners = face.pull(_both_sides(face, {287: (-1.5, 0, 0), 291: (-2.0, 0, 0), 308: (-2.0, 0, 0), 432: (-1.2, 0, 0)}), 20)
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
    pulls: dict[int, Floats] = {}
    for row, part in CHIN_FOLLOWS_LIP.items():
        pulls |= {v: part * (seam - points[lower])[len(seam) // 2] / face.millimetre for v in row}
    share = np.array([0.7, 0.88, 0.95, 1.0])[:, None, None]
    for lip, target in ((UPPER_LIP, seam[_places(upper, UPPER_LIP[4])]), (LOWER_LIP, seam[_places(lower, LOWER_LIP[4])])):
        pulls |= _table(lip[:4], share * (target - points[lip[4]]) / face.millimetre)
    for edge in (upper, lower):
        pulls |= dict(zip(edge.tolist(), (seam - points[edge]) / face.millimetre, strict=True))
    return face.pull(pulls, 24)


def mouth_left(face: Anatomy) -> Floats:
    """Both lips slide round the teeth to the left."""
    points, middle = face.geometry.vertices, face.geometry.vertices[[13, 14]].mean(axis=0)
    axis = middle - [0, 0, 36 * face.millimetre]
    pulls: dict[int, Floats] = {}
    for lip in (UPPER_LIP, LOWER_LIP):
        angle = np.radians(15.0) * np.array([0.75, 1, 1, 1, 1])[:, None]
        shift = (turn(points[lip], axis, 1, angle) - points[lip]) / face.millimetre
        shift += np.outer(((1 + COLUMN) / 2) ** 2, (0.0, 2.5, 0.0))
        pulls |= _table(lip, shift)
    pulls |= {v: (2.0, 0.0, 0.0) for v in (200, 199, 175, 152)}
    pulls |= {4: (0.8, 0, 0), 1: (1.0, 0, 0), 2: (2.0, 0, 0), 358: (1.2, 0.8, 0), 129: (1.4, 0, 0),
              434: (3.5, 2.0, 0.5), 427: (2.8, 2.5, 2.0), 214: (5.0, 0.0, 1.5), 207: (4.0, 0.0, 1.0)}  # fmt: skip
    return face.pull(pulls, 18)


def smile_left(face: Anatomy) -> Floats:
    """Zygomaticus major: the corner goes up, out and back, the cheek rises and folds against the upper lip."""
    weight = _towards_left(2.1)
    corner = np.array([7.5, 9.5, -8.0])
    pulls = _lip(UPPER_LIP, corner * [[0.9], [1], [1], [1], [1]], weight)
    pulls |= _lip(LOWER_LIP, corner * [[0.85], [1], [1], [1], [1]], weight)
    pulls |= {
        432: (6.0, 5.5, -3.0), 436: (5.2, 7.0, -2.2), 426: (3.2, 4.6, -1.6), 423: (2.0, 3.0, -1.0), 358: (1.6, 1.6, -0.6),
        434: (5.0, 5.0, 0.8), 427: (4.8, 6.2, 2.4), 425: (3.2, 4.8, 3.0), 266: (1.8, 3.2, 1.4), 411: (4.2, 5.6, 2.2),
        280: (2.4, 4.6, 3.2), 330: (1.2, 3.4, 2.2), 352: (1.8, 3.2, 1.4), 416: (3.8, 4.0, 1.2), 376: (2.4, 3.2, 1.0),
        422: (3.6, 3.0, -1.8), 430: (2.6, 2.2, -0.6), 364: (2.2, 2.0, 0.2), 347: (0.4, 2.2, 1.4), 346: (0.4, 1.6, 1.0),
        450: (0.0, 0.8, 0.5), 449: (0.0, 0.8, 0.5), 348: (0.3, 1.6, 1.1), 329: (0.4, 1.2, 0.8), 200: (0.0, 0.8, -0.3),
    }  # fmt: skip
    return face.pull(pulls, 16)


def frown_left(face: Anatomy) -> Floats:
    """Depressor anguli oris: the corner goes down and a little out, the chin's skin bunches beside it."""
    weight = _towards_left(2.6)
    corner = np.array([2.0, -6.5, -2.2])
    pulls = _lip(UPPER_LIP, corner * [[0.85], [1], [1], [1], [1]], weight)
    pulls |= _lip(LOWER_LIP, corner * [[1], [1], [1], [1], [1]], weight)
    pulls |= {432: (1.0, -5.5, -0.6), 422: (0.6, -4.2, 0.8), 424: (0.2, -2.0, 0.6), 430: (0.6, -3.2, 1.2), 434: (0.4, -3.4, 0),
              436: (0.2, -3.6, -0.6), 426: (0, -1.6, -0.4), 427: (0, -1.8, -0.4), 200: (0, 0.6, 0.6)}  # fmt: skip
    return face.pull(pulls, 16)


def dimple_left(face: Anatomy) -> Floats:
    """Buccinator: the corner is drawn straight back into the cheek, which bulges round it."""
    weight = _towards_left(3.0)
    corner = np.array([3.5, 1.6, -5.5])
    pulls = _lip(UPPER_LIP, corner * [[1.05], [1], [1], [1], [1]], weight)
    pulls |= _lip(LOWER_LIP, corner * [[1.05], [1], [1], [1], [1]], weight)
    pulls |= {432: (3.0, 1.2, -2.8), 436: (2.0, 1.0, 0.6), 434: (2.2, 0.6, 2.4), 422: (1.6, 0.4, 0.4), 427: (1.8, 1.0, 2.6),
              426: (0.8, 0.8, 0.8), 430: (1.0, 0.4, 1.4), 416: (1.6, 0.5, 1.6), 411: (1.4, 0.8, 1.6)}  # fmt: skip
    return face.pull(pulls, 16)


def stretch_left(face: Anatomy) -> Floats:
    """Risorius and platysma: the corner goes sideways, back and a little down; the jaw line tightens."""
    weight = _towards_left(1.9)
    corner = np.array([8.5, -3.0, -7.0])
    pulls = _lip(UPPER_LIP, corner * [[0.9], [1], [1], [1], [1]], weight)
    pulls |= _lip(LOWER_LIP, corner * [[0.95], [1], [1], [1], [1]], weight)
    pulls |= {432: (6.5, -2.6, -3.0), 434: (4.6, -1.6, 0.4), 436: (4.6, -1.4, -2.0), 427: (3.2, -0.6, 0.8), 426: (1.8, -0.6, -0.8),
              422: (5.0, -3.2, -3.0), 430: (3.8, -3.4, -1.6), 364: (3.4, -2.4, -0.6), 394: (2.4, -2.8, -1.0),
              416: (2.8, -0.8, 0.8), 411: (1.8, -0.2, 0.8)}  # fmt: skip
    return face.pull(pulls, 16)


def press_left(face: Anatomy) -> Floats:
    """Orbicularis oris: the left halves of the lips press against each other and thin, the skin round them swells."""
    weight = np.exp(-(((COLUMN - 0.45) / 0.5) ** 2))
    pulls = _lip(UPPER_LIP, [(0.2, -0.3, 0.6), (0, -1.6, -0.6), (0, -1.2, -1.6), (0, -0.7, -2.0), (0, -0.4, -2.0)], weight)
    pulls |= _lip(LOWER_LIP, [(0.2, 1.2, 0.8), (0, 2.4, -0.6), (0, 1.9, -1.6), (0, 1.2, -2.0), (0, 0.5, -2.0)], weight)
    pulls |= {287: (1.0, 0.6, -0.8), 291: (0.8, 0.5, -1.2), 306: (0.8, 0.5, -1.2), 292: (0.8, 0.5, -1.2), 308: (0.8, 0.5, -1.2),
              432: (1.0, 0.8, 0.8), 436: (0.8, 0.6, 1.2), 418: (0, 1.8, 1.2), 262: (0, 1.6, 1.0), 424: (0.4, 1.6, 1.2),
              434: (0.6, 0.5, 1.0)}  # fmt: skip
    return face.pull(pulls, 14)


def lower_down_left(face: Anatomy) -> Floats:
    """Depressor labii inferioris: the left half of the lower lip goes down and shows the lower teeth."""
    weight = np.exp(-(((COLUMN - 0.42) / 0.42) ** 2))
    rings = [(1.0, -4.2, -0.2), (1.0, -5.4, 0.4), (0.9, -5.6, 0.6), (0.8, -5.6, 0.4), (0.7, -5.6, 0)]
    pulls = _lip(LOWER_LIP, rings, weight)
    pulls |= _lip(UPPER_LIP, (0.0, 0.0, 0.0), weight) | _corner((0.8, -1.2, -0.4))
    pulls |= {418: (0.5, -2.4, 0.6), 424: (1.0, -2.4, 0.4), 421: (0.3, -2.0, 0.6), 262: (0.2, -1.0, 0.4)}
    return face.pull(pulls, 14)


def upper_up_left(face: Anatomy) -> Floats:
    """Levator labii superioris: the left half of the upper lip rises, with the wing of the nose and the fold beside it."""
    weight = np.exp(-(((COLUMN - 0.42) / 0.42) ** 2))
    rings = [(0.6, 4.6, -0.4), (0.6, 5.6, 0.2), (0.5, 5.8, 0.5), (0.5, 5.8, 0.4), (0.5, 5.8, 0)]
    pulls = _lip(UPPER_LIP, rings, weight)
    pulls |= _lip(LOWER_LIP, (0.0, 0.0, 0.0), weight) | _corner((0.4, 1.8, -0.2))
    pulls |= {426: (1.0, 4.8, -0.2), 423: (0.8, 4.6, -0.2), 358: (0.7, 2.4, 0.2), 327: (0.4, 2.4, 0), 436: (1.2, 3.4, 0.2),
              266: (0.8, 3.8, 1.8), 425: (1.0, 3.6, 2.0), 427: (1.0, 2.6, 1.2), 330: (0.4, 2.2, 1.4), 280: (0.6, 2.0, 1.2),
              371: (0.4, 2.4, 0.8)}  # fmt: skip
    return face.pull(pulls, 14)


def roll_lower(face: Anatomy) -> Floats:
    """The lower lip rolls in over the teeth: its red disappears."""
    pulls = _rolled(face, LOWER_LIP) | _lip(UPPER_LIP[:, 1:-1], (0, -0.4, -0.8), ARCH[1:-1])
    return face.pull(pulls | {v: (0, 0.8, 0.2) for v in (200, 201, 421)}, 14)


def roll_upper(face: Anatomy) -> Floats:
    """The upper lip rolls in over the teeth: its red disappears."""
    pulls = _rolled(face, UPPER_LIP) | _lip(LOWER_LIP[:, 1:-1], (0, 0.4, -0.8), ARCH[1:-1])
    return face.pull(pulls | {2: (0, -0.5, -0.4)}, 14)


def _rolled(face: Anatomy, lip: Ints) -> dict[int, Floats]:
    """The lip's outer line takes the place of its inner edge; the red folds inwards behind it."""
    points = face.geometry.vertices[lip] / face.millimetre
    edge, away = points[4], np.sign(points[1, 5, 1] - points[4, 5, 1])
    places = [edge + [0, away * up, -back] for up, back in ((0.2, 0.8), (0.2, 3.2), (0.6, 5.2), (1.6, 7.0))]
    moves = np.stack(places) - points[1:]
    moves = np.concatenate([0.4 * moves[:1], moves]) * ARCH[:, None] ** 0.4
    return _table(lip, moves)


def shrug_lower(face: Anatomy) -> Floats:
    """Mentalis: the chin's boss and the lower lip go up, the lip pouts and lifts the upper one a little."""
    pulls = _lip(LOWER_LIP, [(0, 4.6, 1.8), (0, 4.6, 3.2), (0, 4.0, 3.8), (0, 3.4, 3.4), (0, 3.0, 2.6)], ARCH**0.7)
    pulls |= _lip(UPPER_LIP, [(0, 1.0, 0.4), (0, 1.6, 0.9), (0, 2.0, 1.2), (0, 2.4, 1.4), (0, 2.6, 1.2)], ARCH**0.7)
    pulls |= _both_sides(face, {200: (0, 5.0, 1.8), 199: (0, 5.2, 2.2), 175: (0, 4.0, 2.0), 421: (0, 4.8, 1.8), 428: (0, 4.8, 2.0),
                                152: (0, 2.4, 1.2), 418: (0, 3.8, 1.2), 262: (0, 3.6, 1.2), 424: (0, 2.4, 0.6),
                                287: (0.3, -0.6, 0), 291: (0.3, -0.6, 0), 308: (0.3, -0.6, 0)})  # fmt: skip
    return face.pull(pulls, 15)


def shrug_upper(face: Anatomy) -> Floats:
    """The upper lip is pushed up towards the nose and out."""
    pulls = _lip(UPPER_LIP, [(0, 3.4, 1.2), (0, 4.4, 1.8), (0, 4.4, 1.8), (0, 4.2, 1.4), (0, 4.0, 1.0)], ARCH**0.7)
    pulls |= _lip(LOWER_LIP, [(0, 0.4, 0.2), (0, 1.2, 0.4), (0, 1.8, 0.4), (0, 2.4, 0.4), (0, 2.8, 0.4)], ARCH**0.7)
    pulls |= _both_sides(face, {2: (0, 1.2, 0.2), 326: (0, 1.0, 0.1), 423: (0.2, 1.4, 0.2), 426: (0.4, 1.6, 0.4)})
    return face.pull(pulls, 14)


def funnel(face: Anatomy) -> Floats:
    """The lips open to a round funnel and flare outwards."""
    narrow = -np.sign(COLUMN) * np.abs(COLUMN) ** 0.9 * 6.0
    side = np.stack([narrow, np.zeros(11), np.full(11, 5.0)], axis=1)
    upper = [(0, 2.0, -1.0), (0, 4.6, 1.6), (0, 5.2, 2.0), (0, 5.2, 1.4), (0, 4.8, 0.4)]
    lower = [(0, -2.6, -1.6), (0, -5.6, 0.8), (0, -6.4, 1.6), (0, -6.4, 1.2), (0, -6.0, 0.4)]
    pulls = _table(UPPER_LIP, np.array(upper)[:, None] * ARCH[:, None] ** 0.8 + side * _ring((0.6, 1, 1, 1, 1)))
    pulls |= _table(LOWER_LIP, np.array(lower)[:, None] * ARCH[:, None] ** 0.8 + side * _ring((0.6, 1, 1, 1, 1)))
    pulls |= _both_sides(face, _HOLLOW_CHEEK | {200: (0, -1.6, 0), 199: (0, -1.4, 0), 2: (0, -0.2, 0.6)})
    return face.pull(pulls, 15)


def pucker(face: Anatomy) -> Floats:
    """Orbicularis oris: the lips contract to a kiss."""
    narrow = -np.sign(COLUMN) * np.abs(COLUMN) ** 0.95 * 8.0
    side = np.stack([narrow, np.zeros(11), 4.5 + 2.0 * np.abs(COLUMN)], axis=1)
    upper = [(0, 0.6, -1.4), (0, 2.0, 0.6), (0, 1.8, 1.8), (0, 0.8, 2.0), (0, -0.2, 1.2)]
    lower = [(0, -0.2, -1.8), (0, -1.6, 0.2), (0, -1.6, 1.6), (0, -0.6, 2.0), (0, 0.3, 1.2)]
    pulls = _table(UPPER_LIP, np.array(upper)[:, None] * ARCH[:, None] ** 0.8 + side * _ring((0.7, 1, 1, 1, 1)))
    pulls |= _table(LOWER_LIP, np.array(lower)[:, None] * ARCH[:, None] ** 0.8 + side * _ring((0.7, 1, 1, 1, 1)))
    pulls |= _both_sides(face, _HOLLOW_CHEEK | {200: (0, 0.6, 0.6), 2: (0, -0.4, 0.6)})
    return face.pull(pulls, 15)


_HOLLOW_CHEEK: Pulls = {432: (-4.2, 0.2, 3.6), 436: (-3.0, 0.4, 2.6), 434: (-3.2, 0.2, 1.2), 422: (-3.4, 0.2, 2.8),
                        426: (-1.2, 0.4, 1.8), 427: (-2.0, 0.2, 0.4), 416: (-1.4, 0.2, 0.0), 411: (-1.0, 0.2, 0.0),
                        430: (-1.6, 0.1, 0.8)}  # fmt: skip


def cheek_puff(face: Anatomy) -> Floats:
    """Air behind closed lips: the cheeks go out along their normals, the lips are pushed forwards a little."""
    normals = vertex_normals(face.geometry.vertices, face.geometry.faces)
    swell = {427: 8.5, 434: 9.0, 416: 7.5, 411: 7.0, 432: 7.0, 436: 6.5, 425: 4.5, 426: 4.0, 280: 2.6, 352: 3.0, 376: 4.2,
             433: 4.0, 435: 2.6, 364: 5.0, 430: 4.5, 422: 5.0, 367: 2.8, 394: 1.6}  # fmt: skip
    pulls: dict[int, Floats] = {v: normals[v] * height for v, height in swell.items()}
    pulls = _both_sides(face, pulls)
    ends = 1 - 0.45 * ARCH[:, None]
    pulls |= _table(UPPER_LIP, ends * (0, 0.2, 4.2) * _ring((1.1, 1, 0.9, 0.8, 0.7)))
    pulls |= _table(LOWER_LIP, ends * (0, 0.2, 4.2) * _ring((1.1, 1, 0.9, 0.8, 0.7)))
    return face.pull(pulls, 18)


def _towards_left(sharpness: float) -> Floats:
    """Column weights that grow from the right to the left corner."""
    return ((1 + COLUMN) / 2) ** sharpness


def _ring(weights: ArrayLike) -> Floats:
    return np.asarray(weights, dtype=np.float64)[:, None, None]


def _lip(lip: Ints, rings: ArrayLike, weight: Floats) -> dict[int, Floats]:
    """Pulls of a lip: a vector for all rings or one for each of the five, times column weights (11,)."""
    vectors = np.broadcast_to(np.asarray(rings, dtype=np.float64), (5, 3))
    return _table(lip, vectors[:, None] * weight[:, None])


def _corner(pull: ArrayLike) -> dict[int, Floats]:
    """One pull for all rings of the left corner."""
    return {int(v): np.asarray(pull, dtype=np.float64) for v in UPPER_LIP[:, -1]}


def _table(ids: Ints, values: Floats) -> dict[int, Floats]:
    values = np.broadcast_to(values, (*ids.shape, values.shape[-1]))
    return {int(v): value for v, value in zip(ids.ravel(), values.reshape(ids.size, -1), strict=True)}


def _both_sides(face: Anatomy, pulls: Pulls) -> dict[int, Floats]:
    """Pulls of the left and their mirror images on the right."""
    result: dict[int, Floats] = {}
    for vertex, pull in pulls.items():
        value = np.asarray(pull, dtype=np.float64)
        result[int(face.geometry.mirror[vertex])] = value * (FLIP if len(value) == 3 else 1)
        result[vertex] = value
    return result


def _places(path: Ints, ids: Ints) -> Ints:
    """Where the ids stand in a path."""
    return np.array([int(np.flatnonzero(path == v)[0]) for v in ids])
