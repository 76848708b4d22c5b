"""Expressions of eyes, brows, nose and upper cheek; sided ones are written for the left.

Pulls are millimetres of an average face at slider 1.0: to the subject's left, up, out. Angles are degrees.
"""

from __future__ import annotations

import numpy as np

from ...bfm.builtin.anatomy import Anatomy
from ...geometry.arrays import Floats
from .expressions_mouth import nasolabial_fold
from .lips import COLUMN, LOWER_LIP, UPPER_LIP, both_sides, lip_pulls


def blink_left(face: Anatomy) -> Floats:
    """Orbicularis oculi, the lids' part: the eye closes."""
    return face.left_eye.blink()


def look_down_left(face: Anatomy) -> Floats:
    """The eye turns down; the upper lid follows it almost all the way, the lower one is pushed down."""
    return face.left_eye.look(up=-26.0) + face.left_eye.lids(upper=-20.0, lower=-6.0)


def look_up_left(face: Anatomy) -> Floats:
    """The eye turns up and takes both lids along."""
    return face.left_eye.look(up=26.0) + face.left_eye.lids(upper=10.0, lower=5.0)


def look_in_left(face: Anatomy) -> Floats:
    """The left eye turns to the nose; the cornea shifts the lids a little."""
    return face.left_eye.look(left=-28.0) + face.left_eye.lids(sideways=-4.5)


def look_out_left(face: Anatomy) -> Floats:
    """The left eye turns away from the nose; the cornea shifts the lids a little."""
    return face.left_eye.look(left=28.0) + face.left_eye.lids(sideways=4.5)


def wide_left(face: Anatomy) -> Floats:
    """Levator palpebrae: the upper lid goes up."""
    return face.left_eye.lids(upper=12.0, lower=-2.5)


def squint_left(face: Anatomy) -> Floats:
    """Orbicularis oculi, the part round the lids: the lower lid rises and tightens, the skin under it bunches."""
    pulls = {450: (-0.4, 1.8, 1.0), 451: (-0.2, 1.6, 0.9), 452: (0.2, 1.0, 0.6), 449: (-0.8, 1.8, 0.9),
             448: (-1.2, 1.4, 0.6), 348: (-0.4, 1.8, 0.9), 347: (-0.8, 1.6, 0.7), 349: (0, 1.2, 0.6),
             346: (-1.0, 1.2, 0.4), 446: (-1.2, 0.2, -0.2), 261: (-1.2, 0.6, 0.1), 265: (-0.8, 0.4, 0),
             280: (-0.4, 1.2, 0.4), 330: (-0.2, 1.0, 0.4), 283: (-0.3, -0.8, 0.1), 282: (-0.2, -0.7, 0.1),
             444: (0, -0.8, 0.1), 443: (0, -0.8, 0.1)}  # fmt: skip
    return face.left_eye.lids(upper=-4.5, lower=10.0) + face.pull(pulls, 12)


def cheek_squint_left(face: Anatomy) -> Floats:
    """Orbicularis oculi and zygomaticus minor: the cheek rises and pushes the lower lid up."""
    pulls = {280: (-0.2, 4.6, 2.4), 330: (-0.3, 4.4, 2.4), 347: (-0.6, 4.2, 2.0), 346: (-0.8, 3.6, 1.6),
             348: (-0.3, 3.6, 1.8), 425: (0.3, 3.4, 1.6), 411: (0.2, 3.4, 1.6), 352: (-0.2, 3.2, 1.4),
             266: (0.2, 2.6, 1.2), 329: (-0.2, 2.6, 1.2), 427: (0.4, 2.2, 0.6), 426: (0.3, 1.4, 0.2),
             450: (-0.2, 2.4, 1.2), 449: (-0.4, 2.4, 1.1), 448: (-0.6, 1.8, 0.8), 451: (-0.1, 1.8, 0.8),
             340: (-0.8, 1.6, 0.5), 261: (-0.6, 0.8, 0.2), 291: (0.6, 1.0, -0.6)}  # fmt: skip
    return face.left_eye.lids(lower=6.0) + face.pull(pulls, 13)


def brow_down_left(face: Anatomy) -> Floats:
    """Corrugator and procerus: the brow goes down and inwards and overhangs the eye."""
    pulls = {285: (-2.2, -4.6, 1.6), 295: (-2.6, -5.0, 2.0), 282: (-2.2, -4.6, 1.8), 283: (-1.4, -3.0, 1.0),
             276: (-0.6, -1.2, 0.3), 336: (-2.0, -4.0, 1.0), 296: (-2.4, -4.4, 1.2), 334: (-1.8, -3.8, 1.0),
             293: (-1.0, -2.2, 0.5), 300: (-0.4, -0.8, 0.1), 337: (-0.8, -1.4, 0.2), 299: (-0.8, -1.4, 0.2),
             333: (-0.4, -0.8, 0.1), 9: (0, -1.6, 0.8), 8: (0, -1.8, 1.0), 168: (0, -0.8, 0.6),
             417: (-1.0, -2.2, 1.0), 441: (-1.0, -2.8, 1.2), 442: (-1.0, -3.0, 1.4), 443: (-0.8, -2.8, 1.2),
             444: (-0.6, -2.0, 0.8), 445: (-0.2, -0.8, 0.3)}  # fmt: skip
    return face.pull(pulls, 16)


def brow_inner_up(face: Anatomy) -> Floats:
    """Frontalis, its middle: the inner ends of both brows rise."""
    half = {285: (0.2, 5.2, -0.2), 295: (0.2, 4.4, -0.3), 282: (0, 2.4, -0.2), 283: (0, 0.7, 0), 276: (0, 0.2, 0),
            336: (0.3, 5.8, -0.4), 296: (0.2, 5.0, -0.4), 334: (0, 2.8, -0.2), 293: (0, 0.9, 0), 300: (0, 0.3, 0),
            337: (0.1, 4.2, -0.5), 299: (0, 3.0, -0.4), 333: (0, 1.2, -0.2), 338: (0, 1.0, -0.3),
            297: (0, 0.6, -0.2), 9: (0, 5.2, -0.2), 8: (0, 4.0, 0), 151: (0, 3.6, -0.4), 10: (0, 1.0, -0.3),
            168: (0, 1.2, 0), 417: (0, 2.4, 0), 441: (0, 2.2, 0), 442: (0, 2.0, 0), 443: (0, 1.2, 0),
            444: (0, 0.5, 0)}  # fmt: skip
    return face.pull(both_sides(face, half), 18)


def brow_outer_up_left(face: Anatomy) -> Floats:
    """Frontalis, its side: the outer part of the brow rises."""
    pulls = {285: (0.1, 1.0, 0), 295: (0.3, 2.8, -0.3), 282: (0.6, 5.0, -0.8), 283: (0.8, 6.2, -1.2),
             276: (0.6, 5.2, -1.4), 336: (0.1, 1.2, -0.1), 296: (0.3, 3.2, -0.4), 334: (0.6, 5.6, -0.9),
             293: (0.8, 6.4, -1.5), 300: (0.5, 5.0, -1.8), 337: (0, 0.8, -0.1), 299: (0.2, 2.4, -0.4),
             333: (0.4, 4.0, -1.0), 298: (0.3, 3.4, -1.2), 301: (0.2, 2.4, -1.0), 353: (0.4, 2.6, -0.8),
             383: (0.3, 2.2, -0.8), 332: (0.1, 1.0, -0.5), 284: (0.1, 0.8, -0.4), 441: (0, 0.6, 0),
             442: (0.1, 1.4, 0), 443: (0.2, 2.2, 0), 444: (0.3, 2.8, -0.2), 445: (0.3, 2.4, -0.4),
             9: (0, 0.4, 0)}  # fmt: skip
    return face.pull(pulls, 16)


def sneer_left(face: Anatomy) -> Floats:
    """Levator labii superioris alaeque nasi: wing of the nose and upper lip rise, the side of the nose wrinkles."""
    weight = np.exp(-(((COLUMN - 0.4) / 0.4) ** 2))
    pulls = lip_pulls(LOWER_LIP[:, 1:-1], (0, 0, 0), weight[1:-1]) | lip_pulls(UPPER_LIP, (0, 3.2, 0), weight)
    pulls |= {358: (0.2, 4.2, 0.8), 331: (0.2, 4.2, 0.8), 279: (0.3, 4.0, 0.9), 278: (0.2, 4.2, 0.6),
              294: (0.2, 4.2, 0.5), 429: (0.1, 3.6, 0.8), 327: (0.1, 3.0, 0.2), 371: (-0.2, 4.4, 1.4),
              355: (-0.2, 3.2, 1.2), 420: (0, 3.0, 0.6), 423: (0.2, 4.6, 0.4), 426: (0.4, 4.2, 0.2),
              266: (-0.2, 4.4, 2.2), 425: (0.2, 3.4, 2.0), 330: (-0.3, 3.0, 1.6), 329: (-0.4, 2.8, 1.4),
              349: (-0.3, 1.8, 1.0), 277: (-0.4, 2.4, 1.2), 437: (-0.2, 2.0, 1.0), 343: (-0.3, 1.0, 0.8),
              280: (-0.1, 2.4, 1.2), 436: (0.4, 2.8, 0.2), 427: (0.3, 2.0, 0.8), 285: (-0.8, -2.0, 0.8),
              295: (-0.7, -1.6, 0.7), 282: (-0.4, -1.0, 0.4), 336: (-0.6, -1.4, 0.4), 417: (-0.6, -1.2, 0.8),
              441: (-0.4, -1.0, 0.5), 4: (0.2, 0.8, 0), 1: (0.1, 0.7, 0), 2: (0.1, 0.8, 0),
              168: (0, -0.4, 0.3)}  # fmt: skip
    return face.left_eye.lids(lower=2.5) + face.pull(pulls, 12) + nasolabial_fold(face, 0.8)
