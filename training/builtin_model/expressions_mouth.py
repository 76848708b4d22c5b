"""Expressions of lips and cheeks, as pulls on the lips' rings and a few cheek and chin landmarks.

Pulls are millimetres of an average face at slider 1.0: to the subject's left, up, out. Sided expressions are
written for the left.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ...bfm.builtin.anatomy import Anatomy
from ...bfm.builtin.muscles import turn
from ...geometry.arrays import Floats, Ints
from .lips import ARCH, COLUMN, LOWER_LIP, UPPER_LIP, both_sides, lip_pulls, ring_weights, table_pulls, towards_left

NASOLABIAL_FOLD = (358, 423, 426, 436, 432)

# Skin drawn in and forwards when the mouth narrows.
HOLLOW_CHEEK: dict[int, ArrayLike] = {
    432: (-4.2, 0.2, 3.6), 436: (-3.0, 0.4, 2.6), 434: (-3.2, 0.2, 1.2), 422: (-3.4, 0.2, 2.8), 426: (-1.2, 0.4, 1.8),
    427: (-2.0, 0.2, 0.4), 416: (-1.4, 0.2, 0.0), 411: (-1.0, 0.2, 0.0), 430: (-1.6, 0.1, 0.8),
}  # fmt: skip


def mouth_left(face: Anatomy) -> Floats:
    """Both lips slide round the teeth to the left."""
    points, middle = face.geometry.vertices, face.geometry.vertices[[13, 14]].mean(axis=0)
    axis = middle - [0, 0, 36 * face.millimetre]
    pulls: dict[int, ArrayLike] = {}
    for lip in (UPPER_LIP, LOWER_LIP):
        angle = np.radians(15.0) * np.array([0.75, 1, 1, 1, 1])[:, None]
        shift = (turn(points[lip], axis, 1, angle) - points[lip]) / face.millimetre
        shift += np.outer(((1 + COLUMN) / 2) ** 2, (0.0, 2.5, 0.0))
        pulls |= table_pulls(lip, shift)
    pulls |= dict.fromkeys((200, 199, 175, 152), (2.0, 0.0, 0.0))
    pulls |= {4: (0.8, 0, 0), 1: (1.0, 0, 0), 2: (2.0, 0, 0), 358: (1.2, 0.8, 0), 129: (1.4, 0, 0),
              434: (3.5, 2.0, 0.5), 427: (2.8, 2.5, 2.0), 214: (5.0, 0.0, 1.5), 207: (4.0, 0.0, 1.0)}  # fmt: skip
    return face.pull(pulls, 18)


def smile_left(face: Anatomy) -> Floats:
    """Zygomaticus major: the corner goes up, out and back, the cheek rises and folds against the upper lip."""
    weight = towards_left(2.1)
    corner = np.array([8.5, 10.5, -8.5])
    pulls = lip_pulls(UPPER_LIP, corner * [[0.9], [1], [1], [1], [1]], weight)
    pulls |= lip_pulls(LOWER_LIP, corner * [[0.85], [1], [1], [1], [1]], weight)
    pulls |= {432: (6.0, 5.5, -3.0), 436: (5.2, 7.0, -2.2), 426: (3.2, 4.6, -1.6), 423: (2.0, 3.0, -1.0),
              358: (1.6, 1.6, -0.6), 434: (5.0, 5.0, 0.8), 427: (4.8, 6.2, 2.4), 425: (3.2, 4.8, 3.0),
              266: (1.8, 3.2, 1.4), 411: (4.2, 5.6, 2.2), 280: (2.4, 4.6, 3.2), 330: (1.2, 3.4, 2.2),
              352: (1.8, 3.2, 1.4), 416: (3.8, 4.0, 1.2), 376: (2.4, 3.2, 1.0), 422: (3.6, 3.0, -1.8),
              430: (2.6, 2.2, -0.6), 364: (2.2, 2.0, 0.2), 347: (0.4, 2.2, 1.4), 346: (0.4, 1.6, 1.0),
              450: (0.0, 0.8, 0.5), 449: (0.0, 0.8, 0.5), 348: (0.3, 1.6, 1.1), 329: (0.4, 1.2, 0.8),
              200: (0.0, 0.8, -0.3)}  # fmt: skip
    return face.pull(pulls, 16) + nasolabial_fold(face, 2.0)


def nasolabial_fold(face: Anatomy, depth: float) -> Floats:
    """The left fold from the wing of the nose to beside the mouth, pressed in by ``depth`` millimetres."""
    line = face.geometry.sheet.path(NASOLABIAL_FOLD)
    taper = np.sin(np.linspace(0.12, 1.0, len(line)) * np.pi)[:, None] ** 0.7
    return face.pull(dict(zip(line.tolist(), -depth * taper * face.normals[line], strict=True)), 5)


def frown_left(face: Anatomy) -> Floats:
    """Depressor anguli oris: the corner goes down and a little out, the chin's skin bunches beside it."""
    weight = towards_left(2.6)
    corner = np.array([2.0, -6.5, -2.2])
    pulls = lip_pulls(UPPER_LIP, corner * [[0.85], [1], [1], [1], [1]], weight)
    pulls |= lip_pulls(LOWER_LIP, corner * [[1], [1], [1], [1], [1]], weight)
    pulls |= {432: (1.0, -5.5, -0.6), 422: (0.6, -4.2, 0.8), 424: (0.2, -2.0, 0.6), 430: (0.6, -3.2, 1.2),
              434: (0.4, -3.4, 0), 436: (0.2, -3.6, -0.6), 426: (0, -1.6, -0.4), 427: (0, -1.8, -0.4),
              200: (0, 0.6, 0.6)}  # fmt: skip
    return face.pull(pulls, 16)


def dimple_left(face: Anatomy) -> Floats:
    """Buccinator: the corner is drawn straight back into the cheek, which bulges round it."""
    weight = towards_left(3.0)
    corner = np.array([3.5, 1.6, -5.5])
    pulls = lip_pulls(UPPER_LIP, corner * [[1.05], [1], [1], [1], [1]], weight)
    pulls |= lip_pulls(LOWER_LIP, corner * [[1.05], [1], [1], [1], [1]], weight)
    pulls |= {432: (3.0, 1.2, -2.2), 436: (2.0, 1.0, 0.6), 434: (1.8, 0.6, 1.2), 422: (1.6, 0.4, 0.4),
              427: (1.6, 1.0, 1.8), 426: (0.8, 0.8, 0.8), 430: (1.0, 0.4, 1.4), 416: (1.4, 0.5, 0.9),
              411: (1.4, 0.8, 1.6)}  # fmt: skip
    return face.pull(pulls, 16)


def stretch_left(face: Anatomy) -> Floats:
    """Risorius and platysma: the corner goes sideways, back and a little down; the jaw line tightens."""
    weight = towards_left(1.9)
    corner = np.array([8.5, -3.0, -7.0])
    pulls = lip_pulls(UPPER_LIP, corner * [[0.9], [1], [1], [1], [1]], weight)
    pulls |= lip_pulls(LOWER_LIP, corner * [[0.95], [1], [1], [1], [1]], weight)
    pulls |= {432: (6.5, -2.6, -3.0), 434: (4.6, -1.6, 0.4), 436: (4.6, -1.4, -2.0), 427: (3.2, -0.6, 0.8),
              426: (1.8, -0.6, -0.8), 422: (5.0, -3.2, -3.0), 430: (3.8, -3.4, -1.6), 364: (3.4, -2.4, -0.6),
              394: (2.4, -2.8, -1.0), 416: (2.8, -0.8, 0.8), 411: (1.8, -0.2, 0.8)}  # fmt: skip
    return face.pull(pulls, 16)


def press_left(face: Anatomy) -> Floats:
    """Orbicularis oris: the left halves of the lips press against each other and thin, the skin round them swells."""
    weight = np.exp(-(((COLUMN - 0.45) / 0.5) ** 2))
    pulls = lip_pulls(
        UPPER_LIP, [(0.2, -0.3, 0.6), (0, -1.6, -0.6), (0, -1.2, -1.6), (0, -0.7, -2.0), (0, -0.4, -2.0)], weight
    )
    pulls |= lip_pulls(
        LOWER_LIP, [(0.2, 1.2, 0.8), (0, 2.4, -0.6), (0, 1.9, -1.6), (0, 1.2, -2.0), (0, 0.5, -2.0)], weight
    )
    pulls |= {287: (1.0, 0.6, -0.8), 291: (0.8, 0.5, -1.2), 306: (0.8, 0.5, -1.2), 292: (0.8, 0.5, -1.2),
              308: (0.8, 0.5, -1.2), 432: (1.0, 0.8, 0.8), 436: (0.8, 0.6, 1.2), 418: (0, 1.8, 1.2),
              262: (0, 1.6, 1.0), 424: (0.4, 1.6, 1.2), 434: (0.6, 0.5, 1.0)}  # fmt: skip
    return face.pull(pulls, 14)


def lower_down_left(face: Anatomy) -> Floats:
    """Depressor labii inferioris: the left half of the lower lip goes down and shows the lower teeth."""
    weight = np.exp(-(((COLUMN - 0.4) / 0.5) ** 2))
    rings = [(1.0, -4.2, -0.2), (1.0, -5.4, 0.4), (0.9, -5.6, 0.6), (0.8, -5.6, 0.4), (0.7, -5.6, 0)]
    pulls = lip_pulls(LOWER_LIP, rings, weight)
    pulls |= lip_pulls(UPPER_LIP, (0.8, -1.2, -0.4), towards_left(10.0))
    pulls |= {418: (0.5, -2.4, 0.6), 424: (1.0, -2.4, 0.4), 421: (0.3, -2.0, 0.6), 262: (0.2, -1.0, 0.4)}
    return face.pull(pulls, 14)


def upper_up_left(face: Anatomy) -> Floats:
    """Levator labii superioris: the left half of the upper lip rises, and with it the fold beside the nose."""
    weight = np.exp(-(((COLUMN - 0.4) / 0.52) ** 2))
    rings = [(0.6, 4.6, -0.4), (0.6, 5.6, 0.2), (0.5, 5.8, 0.5), (0.5, 5.8, 0.4), (0.5, 5.8, 0)]
    pulls = lip_pulls(UPPER_LIP, rings, weight)
    pulls |= lip_pulls(LOWER_LIP, (0.4, 1.8, -0.2), towards_left(10.0))
    pulls |= {426: (1.0, 4.8, -0.2), 423: (0.8, 4.6, -0.2), 358: (0.7, 2.4, 0.2), 327: (0.4, 2.4, 0),
              436: (1.2, 3.4, 0.2), 266: (0.8, 3.8, 1.8), 425: (1.0, 3.6, 2.0), 427: (1.0, 2.6, 1.2),
              330: (0.4, 2.2, 1.4), 280: (0.6, 2.0, 1.2), 371: (0.4, 2.4, 0.8)}  # fmt: skip
    return face.pull(pulls, 14) + nasolabial_fold(face, 1.0)


def roll_lower(face: Anatomy) -> Floats:
    """The lower lip rolls in over the teeth: its red disappears."""
    pulls = _rolled(face, LOWER_LIP) | lip_pulls(UPPER_LIP[:, 1:-1], (0, -0.4, -0.8), ARCH[1:-1])
    return face.pull(pulls | dict.fromkeys((200, 201, 421), (0, 0.8, 0.2)), 14)


def roll_upper(face: Anatomy) -> Floats:
    """The upper lip rolls in over the teeth: its red disappears."""
    pulls = _rolled(face, UPPER_LIP) | lip_pulls(LOWER_LIP[:, 1:-1], (0, 0.4, -0.8), ARCH[1:-1])
    return face.pull(pulls | {2: (0, -0.5, -0.4)}, 14)


def _rolled(face: Anatomy, lip: Ints) -> dict[int, Floats]:
    """The lip's outer line takes the place of its inner edge; the red folds inwards behind it."""
    points = face.geometry.vertices[lip] / face.millimetre
    edge, away = points[4], np.sign(points[1, 5, 1] - points[4, 5, 1])
    places = [edge + np.array([0, away * up, -back]) for up, back in ((0.2, 0.8), (0.2, 3.2), (0.6, 5.2), (1.6, 7.0))]
    moves = np.stack(places) - points[1:]
    moves = np.concatenate([0.4 * moves[:1], moves]) * ARCH[:, None] ** 0.4
    return table_pulls(lip, moves)


def shrug_lower(face: Anatomy) -> Floats:
    """Mentalis: the chin's boss and the lower lip go up, the lip pouts and lifts the upper one a little."""
    pulls = lip_pulls(LOWER_LIP, [(0, 4.6, 1.8), (0, 4.6, 3.2), (0, 4.0, 3.8), (0, 3.4, 3.4), (0, 3.0, 2.6)], ARCH**0.7)
    pulls |= lip_pulls(
        UPPER_LIP, [(0, 1.0, 0.4), (0, 1.6, 0.9), (0, 2.0, 1.2), (0, 2.4, 1.4), (0, 2.6, 1.2)], ARCH**0.7
    )
    pulls |= both_sides(face, {200: (0, 5.0, 1.8), 199: (0, 5.2, 2.2), 175: (0, 4.0, 2.0), 421: (0, 4.8, 1.8),
                               428: (0, 4.8, 2.0), 152: (0, 2.4, 1.2), 418: (0, 3.8, 1.2), 262: (0, 3.6, 1.2),
                               424: (0, 2.4, 0.6)})  # fmt: skip
    return face.pull(pulls, 15)


def shrug_upper(face: Anatomy) -> Floats:
    """The upper lip is pushed up towards the nose and out."""
    pulls = lip_pulls(UPPER_LIP, [(0, 3.4, 1.2), (0, 4.4, 1.8), (0, 4.4, 1.8), (0, 4.2, 1.4), (0, 4.0, 1.0)], ARCH**0.7)
    pulls |= lip_pulls(
        LOWER_LIP, [(0, 0.4, 0.2), (0, 1.2, 0.4), (0, 1.8, 0.4), (0, 2.4, 0.4), (0, 2.8, 0.4)], ARCH**0.7
    )
    pulls |= both_sides(face, {2: (0, 1.2, 0.2), 326: (0, 1.0, 0.1), 423: (0.2, 1.4, 0.2), 426: (0.4, 1.6, 0.4)})
    return face.pull(pulls, 14)


def funnel(face: Anatomy) -> Floats:
    """The lips open to a round funnel and flare outwards."""
    upper = [(0, 2.0, -1.0), (0, 4.6, 1.6), (0, 5.2, 2.0), (0, 5.2, 1.4), (0, 4.8, 0.4)]
    lower = [(0, -2.6, -1.6), (0, -5.6, 0.8), (0, -6.4, 1.6), (0, -6.4, 1.2), (0, -6.0, 0.4)]
    pulls = _narrowed(UPPER_LIP, upper, 7.0, 0.6, 0.0) | _narrowed(LOWER_LIP, lower, 7.0, 0.6, 0.0)
    pulls |= both_sides(face, HOLLOW_CHEEK | {200: (0, -1.6, 0), 199: (0, -1.4, 0), 2: (0, -0.2, 0.6)})
    return face.pull(pulls, 15)


def pucker(face: Anatomy) -> Floats:
    """Orbicularis oris: the lips contract to a kiss."""
    upper = [(0, 0.6, -1.4), (0, 2.0, 0.6), (0, 1.8, 1.8), (0, 0.8, 2.0), (0, -0.2, 1.2)]
    lower = [(0, -0.2, -1.8), (0, -1.6, 0.2), (0, -1.6, 1.6), (0, -0.6, 2.0), (0, 0.3, 1.2)]
    pulls = _narrowed(UPPER_LIP, upper, 9.5, 0.7, 2.0) | _narrowed(LOWER_LIP, lower, 9.5, 0.7, 2.0)
    pulls |= both_sides(face, HOLLOW_CHEEK | {200: (0, 0.6, 0.6), 2: (0, -0.4, 0.6)})
    return face.pull(pulls, 15)


def _narrowed(lip: Ints, rings: ArrayLike, inwards: float, skin: float, corners_out: float) -> dict[int, Floats]:
    """A lip whose corners go inwards and, with it, outwards of the face; ``rings`` are added in its middle.

    skin: the share of the ring on the skin; corners_out: how much further out the corners go than the middle.
    """
    side = np.stack([-COLUMN * inwards, np.zeros(11), 4.75 + corners_out * np.abs(COLUMN)], axis=1)
    shaped = np.asarray(rings, dtype=np.float64)[:, None] * ARCH[:, None] ** 0.8
    return table_pulls(lip, shaped + side * ring_weights((skin, 1, 1, 1, 1)))


def cheek_puff(face: Anatomy) -> Floats:
    """Air behind closed lips: the cheeks go out along their normals, the lips are pushed forwards a little."""
    swell = {427: 9.5, 434: 9.0, 416: 6.0, 411: 7.8, 432: 7.5, 436: 7.8, 425: 5.8, 426: 5.0, 280: 3.2, 352: 3.4,
             376: 4.4, 433: 3.2, 435: 1.6, 364: 3.0, 430: 3.6, 422: 5.0, 367: 1.4, 394: 0.8}  # fmt: skip
    pulls = both_sides(face, {v: face.normals[v] * height for v, height in swell.items()})
    ends = 1 - 0.45 * ARCH[:, None]
    pulls |= table_pulls(UPPER_LIP, ends * (0, 0.2, 4.2) * ring_weights((1.1, 1, 0.9, 0.8, 0.7)))
    pulls |= table_pulls(LOWER_LIP, ends * (0, 0.2, 4.2) * ring_weights((1.1, 1, 0.9, 0.8, 0.7)))
    return face.pull(pulls, 18)
