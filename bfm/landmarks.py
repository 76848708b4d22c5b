"""Landmark sets and the tables between them.

``dense`` is MediaPipe's index set: 468 points on the face, then five points of each iris (468..472 the subject's
right, 473..477 the left, centre first). ``ibug68`` is the 68-point set of 300-W. "Right" is the subject's right.
"""

from __future__ import annotations

import numpy as np

DENSE_FACE_COUNT = 468
DENSE_COUNT = 478
RIGHT_IRIS = tuple(range(468, 473))
LEFT_IRIS = tuple(range(473, 478))

# Where two dense points stand for one iBUG point their average is meant.
IBUG68_TO_DENSE: tuple[tuple[int, ...], ...] = (
    (127,), (234,), (93,), (132, 58), (58, 172), (136,), (150,), (176,), (152,), (400,), (379,), (365,), (397, 288),
    (361, 288), (323,), (454,), (356,),
    (70,), (63,), (105,), (66,), (107,), (336,), (296,), (334,), (293,), (300,),
    (168, 6), (197, 195), (5,), (4,), (98,), (97,), (2,), (326,), (327,),
    (33,), (160,), (158,), (133,), (153,), (144,), (362,), (385,), (387,), (263,), (373,), (380,),
    (61,), (39,), (37,), (0,), (267,), (269,), (291,), (321,), (314,), (17,), (84,), (91,),
    (78,), (82,), (13,), (312,), (308,), (317,), (14,), (87,),
)  # fmt: skip

IBUG_RIGHT_EYE_CORNERS = (36, 39)  # outer, inner
IBUG_LEFT_EYE_CORNERS = (45, 42)  # outer, inner

# Closed loops of the dense set, each starting at the subject's right corner and running over the top first.
RIGHT_EYE_LOOP = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
LEFT_EYE_LOOP = (362, 398, 384, 385, 386, 387, 388, 466, 263, 249, 390, 373, 374, 380, 381, 382)
OUTER_LIP_LOOP = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
INNER_LIP_LOOP = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95)
FACE_OVAL_LOOP = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip


def dense_to_ibug68(dense: np.ndarray) -> np.ndarray:
    """Dense points (478 or 468, D) -> iBUG-68 points (68, D) by the averages of ``IBUG68_TO_DENSE``."""
    return np.stack([dense[list(ids)].mean(axis=0) for ids in IBUG68_TO_DENSE])


def ibug68_to_five(points: np.ndarray) -> np.ndarray:
    """iBUG-68 (68, D) -> right eye, left eye, nose tip, right mouth corner, left mouth corner (5, D).

    An eye is the mean of its two corners, as in the five-point template of Deep3DFaceReconstruction.
    """
    eyes = [points[list(pair)].mean(axis=0) for pair in (IBUG_RIGHT_EYE_CORNERS, IBUG_LEFT_EYE_CORNERS)]
    return np.stack([*eyes, points[30], points[48], points[54]])


def inter_ocular_distance(points: np.ndarray) -> float:
    """Distance of the outer eye corners of iBUG-68 points (68, D), the usual normaliser of landmark errors."""
    return float(np.linalg.norm(points[36] - points[45]))
