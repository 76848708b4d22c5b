"""The cage of the tongue, and how it is put out."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import PchipInterpolator

from ...anatomy.parts import PartName
from ...geometry.arrays import Floats
from ...geometry.smoothstep import smoothstep
from .capped_tube import CappedTube, capped_tube
from .mouth_place import MouthPlace
from .part_cage import PartCage, fitted, symmetric_cage
from .tooth_shapes import MM

CELLS = (4, 2)
RINGS = np.array([0.0, 0.22, 0.42, 0.6, 0.76, 0.9, 1.0])
ROUND = 0.9  # 0 a square section, 1 an ellipse
GROOVE, GROOVE_WIDTH = 1.5, 0.28  # mm deep in the middle of the back, and how wide in half widths
TIP = 3.0  # mm, how far the tip's cap bulges
# From root to tip: z and y of the middle line, half the width and half the height, mm from the place of the biting edge
# (at rest) or of the lower lip (put out).
AT = (0.0, 0.25, 0.5, 0.75, 0.92, 1.0)
REST = (
    (-62.0, -48.0, -34.0, -21.0, -13.0, -10.5),
    (-12.0, -7.5, -5.5, -5.2, -5.6, -5.8),
    (14.0, 16.0, 15.8, 13.2, 9.3, 6.4),
    (9.0, 9.0, 7.5, 4.8, 3.0, 2.1),
)
# The root and the body behind the teeth as above; over the lower front teeth, on the lip, and down over it.
OUT = (
    (-68.7, -46.0, -24.0, -4.0, 8.5, 13.0),
    (-13.0, -5.0, 2.5, 4.0, -0.2, -3.6),
    (14.0, 16.5, 14.0, 12.0, 10.0, 6.5),
    (9.0, 8.5, 5.5, 3.6, 3.0, 2.1),
)


def tongue_cage(place: MouthPlace) -> PartCage:
    """The tongue at rest behind the lower teeth; open at its root."""
    tube = capped_tube(CELLS, RINGS)
    rest = fitted(tube.faces, tube.parameters, lambda p: place.incisal + place.size * _bent(p, REST))
    return symmetric_cage(rest, tube.faces, (tube.uv, tube.faces), PartName.TONGUE, tube.twin())


def tongue_out(place: MouthPlace) -> Floats:
    """Displacements (C, 3), metres, that put the tongue out about 25 mm, with its tip down over the lower lip.

    They are told with the jaw closed: once the jaw has turned, with it the tongue, it passes between the teeth from
    about 8 degrees on.
    """
    tube = capped_tube(CELLS, RINGS)
    out = fitted(tube.faces, tube.parameters, lambda p: place.lower_lip + place.size * _bent(p, OUT))
    twin = tube.twin()
    moved = (out + out[twin] * (-1, 1, 1)) / 2 - tongue_cage(place).vertices
    return moved * _free(tube)[:, None]


def tongue_weight() -> Floats:
    """(C,) share of the tongue's own joint: none at the root, which the jaw carries, all from the middle on."""
    return smoothstep(0.1, 0.6, capped_tube(CELLS, RINGS).parameters[:, 2])


def _free(tube: CappedTube) -> Floats:
    """(C,) how far a vertex follows: the root stays."""
    return smoothstep(0.0, 0.3, tube.parameters[:, 2])


def _bent(parameters: Floats, line: tuple[tuple[float, ...], ...]) -> Floats:
    """Points (N, 3), metres, of parameters a to the subject's left, b up, h from root to tip."""
    a, b, h = parameters.T
    z, y, wide, high = (PchipInterpolator(AT, values)(h) for values in line)
    across = a * (1 - ROUND + ROUND * np.sqrt(1 - b**2 / 2))
    up = b * (1 - ROUND + ROUND * np.sqrt(1 - a**2 / 2))
    slope = PchipInterpolator(AT, line[1]).derivative()(h) / PchipInterpolator(AT, line[0]).derivative()(h)
    tilt = np.arctan(slope)  # sections stand across the middle line
    groove = GROOVE * np.exp(-((a / GROOVE_WIDTH) ** 2)) * np.clip(b, 0, 1) * np.sin(np.pi * np.clip(h, 0, 1)) ** 0.7
    lift = high * up - groove
    cap = TIP * (1 - a**2) * (1 - 0.5 * b**2) * smoothstep(0.9, 1.0, h)
    return MM * np.stack(
        [wide * across, y + np.cos(tilt) * lift + np.sin(tilt) * cap, z - np.sin(tilt) * lift + np.cos(tilt) * cap],
        axis=1,
    )
