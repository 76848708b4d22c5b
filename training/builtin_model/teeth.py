"""The cages of both rows of teeth."""

from __future__ import annotations

import numpy as np

from ...anatomy.parts import PartName
from .capped_tube import capped_tube
from .dentition import Jaw, Tooth, row_of
from .mouth_place import MouthPlace
from .part_cage import PartCage, fitted, joined, with_twin
from .tooth_shapes import ROOT

CELLS = (2, 2)  # faces along and across the arch
# Rings of the front teeth crowd towards the edge they cut with; those of the others tell the bulge of the cheek side.
FRONT_RINGS, BACK_RINGS = np.array([ROOT, 0.22, 0.84, 1.0]), np.array([ROOT, 0.08, 0.6, 1.0])
FRONT_TEETH = 3  # incisors and canine of a side
CHARTS = 4  # charts of teeth along each side of the square
GAP = 0.02  # round a chart, in charts


def teeth_cage(jaw: Jaw, place: MouthPlace) -> PartCage:
    """The 14 teeth of a jaw, from the middle to the back, each on the left and then its mirror image on the right.

    They are open at the root, inside the gum.
    """
    return joined([_pair(tooth, number, place) for number, tooth in enumerate(row_of(jaw, place).teeth)])


def _pair(tooth: Tooth, number: int, place: MouthPlace) -> PartCage:
    tube = capped_tube(CELLS, FRONT_RINGS if number < FRONT_TEETH else BACK_RINGS)
    points = fitted(tube.faces, tube.parameters, lambda p: place.seen(tooth.placed(tooth.shape.surface(p))))
    turned = bool(np.linalg.det(tooth.axes) > 0)  # (a, b, h) are X, Z, Y of the tooth's axes
    faces = tube.faces[:, ::-1] if turned else tube.faces
    chart = tube.uv * (-1 if turned else 1, 1) + (1 if turned else 0, 0)
    left, right = (
        (GAP + (1 - 2 * GAP) * uv + np.array(divmod(2 * number + side, CHARTS))[::-1]) / CHARTS
        for side, uv in enumerate((chart, chart * (-1, 1) + (1, 0)))
    )
    return with_twin(points, faces, (left, right), faces, PartName.TEETH)
