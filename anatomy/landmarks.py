"""Landmark sets and the tables between them.

``dense`` is MediaPipe's index set: 468 points on the face, then five points of each iris (468..472 the subject's
right, 473..477 the left, centre first). ``ibug68`` is the 68-point set of 300-W. "Right" is the subject's right.
"""

from __future__ import annotations

from dataclasses import dataclass

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


class Dense:
    """Ids of single points of the dense set."""

    RIGHT_EYE_OUTER, RIGHT_EYE_INNER = 33, 133
    LEFT_EYE_INNER, LEFT_EYE_OUTER = 362, 263
    BEFORE_RIGHT_EAR, BEFORE_LEFT_EAR = 234, 454
    FOREHEAD_TOP, CHIN = 10, 152  # the highest and the lowest point of the oval
    NOSE_BRIDGE, NOSE_TIP, UNDER_NOSE = 168, 4, 2
    RIGHT_MOUTH_CORNER, LEFT_MOUTH_CORNER = 61, 291
    RIGHT_EYE_CORNERS = (RIGHT_EYE_OUTER, RIGHT_EYE_INNER)
    LEFT_EYE_CORNERS = (LEFT_EYE_OUTER, LEFT_EYE_INNER)


class Ibug:
    """Ids of single points of iBUG-68, and the slices of its features, each from the subject's right to the left."""

    COUNT = 68
    JAW, CHIN = slice(0, 17), 8
    RIGHT_JAW_END, LEFT_JAW_END = 0, 16
    RIGHT_BROW, LEFT_BROW, BROWS = slice(17, 22), slice(22, 27), slice(17, 27)
    NOSE_BRIDGE, NOSE_TIP = 27, 30
    NOSE_RIDGE, NOSTRILS, UNDER_NOSE = slice(27, 31), slice(31, 36), 33
    RIGHT_EYE, LEFT_EYE = slice(36, 42), slice(42, 48)
    RIGHT_EYE_OUTER, RIGHT_EYE_INNER = 36, 39
    LEFT_EYE_INNER, LEFT_EYE_OUTER = 42, 45
    RIGHT_LOWER_LID, LEFT_LOWER_LID = (40, 41), (46, 47)  # between the corners, in the order of the set
    OUTER_LIPS, INNER_LIPS = slice(48, 60), slice(60, 68)
    RIGHT_MOUTH_CORNER, LEFT_MOUTH_CORNER, LOWER_LIP = 48, 54, 57
    RIGHT_JAW_CORNER, LEFT_JAW_CORNER = 4, 12
    RIGHT_EYE_CORNERS = (RIGHT_EYE_OUTER, RIGHT_EYE_INNER)
    LEFT_EYE_CORNERS = (LEFT_EYE_OUTER, LEFT_EYE_INNER)


# Closed loops of the dense set, each starting at the subject's right corner and running over the top first.
RIGHT_EYE_LOOP = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
LEFT_EYE_LOOP = (362, 398, 384, 385, 386, 387, 388, 466, 263, 249, 390, 373, 374, 380, 381, 382)
OUTER_LIP_LOOP = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
INNER_LIP_LOOP = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95)
FACE_OVAL_LOOP = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip

# Pairs across an opening, upper then lower: lids of both eyes, inner lips.
DENSE_GAPS = tuple(
    (loop[k], loop[-k])
    for loop in (RIGHT_EYE_LOOP, LEFT_EYE_LOOP, INNER_LIP_LOOP)
    for k in range(2, len(loop) // 2 - 1)
)
# Pairs of groups whose middles say more of a face than single points: where an iris is between the corners of its lids,
# and how far the eyes are apart.
DENSE_PLACES = (
    *(
        (iris, tuple(loop[k] for k in (-1, 0, 1, 7, 8, 9)))
        for iris, loop in ((RIGHT_IRIS, RIGHT_EYE_LOOP), (LEFT_IRIS, LEFT_EYE_LOOP))
    ),
    (RIGHT_EYE_LOOP, LEFT_EYE_LOOP),
)
IBUG68_GAPS = ((37, 41), (38, 40), (43, 47), (44, 46), (61, 67), (62, 66), (63, 65))


@dataclass(frozen=True)
class LandmarkScheme:
    """A set of points that detectors find on a face, and what has to be known of it: `DENSE` or `IBUG68`."""

    name: str  # what face.json calls it
    count: int
    gaps: tuple[tuple[int, int], ...]  # pairs across an opening, upper then lower
    places: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]  # groups whose middles are compared; none of few points
    oval: tuple[int, ...]  # closed loop round the face; empty where the set has no forehead
    sixty_eight: tuple[tuple[int, ...], ...]  # for each of the iBUG-68 points those whose mean it is

    def ibug68(self, points: np.ndarray) -> np.ndarray:
        """Points of this set (count, D) -> iBUG-68 points (68, D)."""
        return np.stack([points[list(ids)].mean(axis=0) for ids in self.sixty_eight])


DENSE = LandmarkScheme("dense", DENSE_COUNT, DENSE_GAPS, DENSE_PLACES, FACE_OVAL_LOOP, IBUG68_TO_DENSE)
IBUG68 = LandmarkScheme("ibug68", 68, IBUG68_GAPS, (), (), tuple((point,) for point in range(68)))

# The mirror of the dense set: points on the midline, and for the others the subject's right one and its left twin.
_MIDLINE = (
    0, 1, 2, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 94, 151, 152, 164, 168, 175, 195, 197, 199, 200,
)  # fmt: skip
_RIGHT = (
    3, 7, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45,
    46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73,
    74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 95, 96, 97, 98, 99, 100, 101,
    102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123,
    124, 125, 126, 127, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 143, 144, 145,
    146, 147, 148, 149, 150, 153, 154, 155, 156, 157, 158, 159, 160, 161, 162, 163, 165, 166, 167, 169, 170, 171,
    172, 173, 174, 176, 177, 178, 179, 180, 181, 182, 183, 184, 185, 186, 187, 188, 189, 190, 191, 192, 193, 194,
    196, 198, 201, 202, 203, 204, 205, 206, 207, 208, 209, 210, 211, 212, 213, 214, 215, 216, 217, 218, 219, 220,
    221, 222, 223, 224, 225, 226, 227, 228, 229, 230, 231, 232, 233, 234, 235, 236, 237, 238, 239, 240, 241, 242,
    243, 244, 245, 246, 247,
)  # fmt: skip
_LEFT = (
    248, 249, 250, 251, 252, 253, 254, 255, 256, 257, 258, 259, 260, 261, 262, 263, 264, 265, 266, 267, 268, 269,
    270, 271, 272, 273, 274, 275, 276, 277, 278, 279, 280, 281, 282, 283, 284, 285, 286, 287, 288, 289, 290, 291,
    292, 293, 294, 295, 296, 297, 298, 299, 300, 301, 302, 303, 304, 305, 306, 307, 308, 309, 310, 311, 312, 313,
    314, 315, 316, 317, 318, 319, 320, 321, 322, 323, 324, 325, 326, 327, 328, 329, 330, 331, 332, 333, 334, 335,
    336, 337, 338, 339, 340, 341, 342, 343, 344, 345, 346, 347, 348, 349, 350, 351, 352, 353, 354, 355, 356, 357,
    358, 359, 360, 361, 362, 363, 364, 365, 366, 367, 368, 369, 370, 371, 372, 373, 374, 375, 376, 377, 378, 379,
    380, 381, 382, 383, 384, 385, 386, 387, 388, 389, 390, 391, 392, 393, 394, 395, 396, 397, 398, 399, 400, 401,
    402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 419, 420, 421, 422, 423,
    424, 425, 426, 427, 428, 429, 430, 431, 432, 433, 434, 435, 436, 437, 438, 439, 440, 441, 442, 443, 444, 445,
    446, 447, 448, 449, 450, 451, 452, 453, 454, 455, 456, 457, 458, 459, 460, 461, 462, 463, 464, 465, 466, 467,
)  # fmt: skip


def dense_mirror() -> np.ndarray:
    """Permutation (478,): the dense landmark that each one becomes in a mirror image."""
    mirror = np.arange(DENSE_COUNT)
    mirror[list(_RIGHT)], mirror[list(_LEFT)] = _LEFT, _RIGHT
    # An iris is centre, then its left (image right), top, right and bottom: mirroring swaps the two sides too.
    right, left = list(RIGHT_IRIS), [LEFT_IRIS[i] for i in (0, 3, 2, 1, 4)]
    mirror[right], mirror[left] = left, right
    return mirror


def dense_to_ibug68(dense: np.ndarray) -> np.ndarray:
    """Dense points (478 or 468, D) -> iBUG-68 points (68, D) by the averages of ``IBUG68_TO_DENSE``."""
    return DENSE.ibug68(dense)


def ibug68_to_five(points: np.ndarray) -> np.ndarray:
    """iBUG-68 (68, D) -> right eye, left eye, nose tip, right mouth corner, left mouth corner (5, D).

    An eye is the mean of its two corners, as in the five-point template of Deep3DFaceReconstruction.
    """
    eyes = [points[list(pair)].mean(axis=0) for pair in (Ibug.RIGHT_EYE_CORNERS, Ibug.LEFT_EYE_CORNERS)]
    rest = (Ibug.NOSE_TIP, Ibug.RIGHT_MOUTH_CORNER, Ibug.LEFT_MOUTH_CORNER)
    return np.stack([*eyes, *points[list(rest)]])


def inter_ocular_distance(points: np.ndarray) -> float:
    """Distance of the outer eye corners of iBUG-68 points (68, D), the usual normaliser of landmark errors."""
    return float(np.linalg.norm(points[Ibug.RIGHT_EYE_OUTER] - points[Ibug.LEFT_EYE_OUTER]))
