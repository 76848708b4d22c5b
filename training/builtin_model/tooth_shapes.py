"""The forms of the seven kinds of tooth of either jaw, by formulae.

Measures of crowns are those of Wheeler's tables (M. M. Ash, S. J. Nelson: Wheeler's Dental Anatomy, Physiology and
Occlusion, 8th edition, 2003). A tooth's own axes: X towards the back of the arch, Y from its neck to its biting end, Z
to lips and cheeks; the origin is the middle of the neck.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from ...geometry.arrays import Floats

ROOT = -0.4  # how far the open end lies beyond the neck, in crown heights
MM = 1e-3
CONTACT = 1.07  # how wide a tooth is in its share of the arch: neighbours touch


@dataclass(frozen=True)
class Profile:
    """How a kind of tooth is bent, seen from the side: places of its outer and inner wall from neck to biting end.

    Z in depths of the crown, at heights `HEIGHTS`; then how far the sides spread.
    """

    outer: tuple[float, ...]
    inner: tuple[float, ...]
    widest: float  # height of the contact with the neighbours
    top: float  # width at the biting end, in widths of the crown
    round_top: float  # 0 a square biting end, 1 a round one

    @property
    def walls(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """The outer and the inner wall."""
        return self.outer, self.inner


HEIGHTS = (ROOT, 0.0, 0.2, 0.45, 0.7, 0.9, 1.0)
INCISOR = Profile(
    (0.36, 0.43, 0.49, 0.46, 0.36, 0.23, 0.13), (-0.34, -0.42, -0.42, -0.17, -0.06, -0.03, -0.06), 0.8, 0.93, 0.5
)
CANINE = Profile(
    (0.36, 0.44, 0.5, 0.48, 0.38, 0.24, 0.12), (-0.36, -0.43, -0.46, -0.32, -0.19, -0.12, -0.1), 0.66, 0.7, 0.5
)
PREMOLAR = Profile(
    (0.38, 0.44, 0.5, 0.49, 0.44, 0.37, 0.31), (-0.38, -0.44, -0.48, -0.5, -0.48, -0.42, -0.36), 0.68, 0.84, 0.55
)
MOLAR = Profile(
    (0.4, 0.46, 0.5, 0.49, 0.45, 0.39, 0.34), (-0.4, -0.46, -0.49, -0.5, -0.48, -0.43, -0.38), 0.68, 0.88, 0.5
)


@dataclass(frozen=True)
class BitingEnd:
    """How far a biting end falls below its highest point, in millimetres, over a and b in [-1, 1]."""

    front: float = 0.0  # at the corner towards the middle of the arch
    back: float = 0.0  # at the corner away from it
    point: float = 0.0  # at both, as the sides of one cusp
    across: float = 0.0  # in a valley along the arch
    along: float = 0.0  # in a valley across it
    inner: float = 0.0  # of the inner cusps below the outer
    rim: float = 0.0  # at the edge all round

    def fall(self, a: Floats, b: Floats) -> Floats:
        """(N,) metres."""
        corner = self.front * np.clip(-a, 0, 1) ** 5 + self.back * np.clip(a, 0, 1) ** 3
        valleys = self.across * (1 - b**2) ** 2 * (1 - 0.6 * a**4) + self.along * (1 - a**2) ** 3
        edge = self.rim * np.maximum(np.abs(a), np.abs(b)) ** 6
        return MM * (corner + self.point * np.abs(a) ** 1.4 + valleys + self.inner * (1 - b) / 2 + edge)


@dataclass(frozen=True)
class ToothShape:
    """A kind of tooth; millimetres, degrees."""

    height: float  # of the crown
    width: float  # of the crown along the arch
    neck_width: float
    depth: float  # of the crown across the arch
    profile: Profile
    end: BitingEnd
    lean: float  # of the crown's face to the lips, seen from the side (Andrews 1972, softened)
    tip: float  # of the crown towards the middle of the arch (likewise)
    rise: float  # of its biting end beyond the biting plane

    def surface(self, parameters: Floats) -> Floats:
        """Points (N, 3), metres, of parameters (N, 3): a back along the arch, b outwards, h from ROOT to 1."""
        a, b, h = parameters.T
        p = self.profile
        outer, inner = (PchipInterpolator(HEIGHTS, side)(h) * self.depth for side in p.walls)
        neck = self.neck_width / self.width
        spread = PchipInterpolator((ROOT, 0, p.widest, 1), (0.85 * neck, neck, 1, p.top))(h) * self.width / 2
        roundness = 0.85 + (p.round_top - 0.85) * np.clip(h, 0, 1)
        # From a square to a disc, without a pole.
        across = a * (1 - roundness + roundness * np.sqrt(1 - b**2 / 2))
        out = b * (1 - roundness + roundness * np.sqrt(1 - a**2 / 2))
        inwards = 1 - 0.16 * np.clip(-b, 0, 1)  # the inner side is the narrower
        height = self.height * MM * h - self.end.fall(a, b) * np.clip(h, 0, 1) ** 2
        return np.stack(
            [MM * CONTACT * across * inwards * spread, height, MM * ((outer + inner) / 2 + out * (outer - inner) / 2)],
            axis=1,
        )


UPPER = (
    ToothShape(10.5, 8.5, 7.0, 7.0, INCISOR, BitingEnd(front=0.35, back=0.9), 12, 3, 0.0),
    ToothShape(9.3, 6.8, 5.4, 6.0, INCISOR, BitingEnd(front=0.6, back=1.3), 11, 5, -0.6),
    ToothShape(10.2, 7.6, 5.6, 8.0, CANINE, BitingEnd(point=2.0, back=0.5), 3, 6, 0.1),
    ToothShape(8.7, 7.0, 5.0, 9.0, PREMOLAR, BitingEnd(point=1.7, across=1.6, inner=0.9, rim=0.3), -4, 2, -0.4),
    ToothShape(8.3, 6.8, 5.0, 9.0, PREMOLAR, BitingEnd(point=1.3, across=1.5, inner=0.3, rim=0.3), -4, 2, -0.5),
    ToothShape(7.5, 10.0, 8.0, 11.0, MOLAR, BitingEnd(across=1.3, along=0.9, inner=0.2, rim=0.8), -6, 2, -0.6),
    ToothShape(7.0, 9.0, 7.2, 11.0, MOLAR, BitingEnd(across=1.2, along=0.8, inner=0.4, rim=0.8), -6, 2, -0.8),
)
LOWER = (
    ToothShape(8.8, 5.3, 3.6, 6.0, INCISOR, BitingEnd(front=0.2, back=0.25), 7, 0, 1.9),
    ToothShape(9.0, 5.8, 4.1, 6.4, INCISOR, BitingEnd(front=0.25, back=0.5), 6, 1, 1.8),
    ToothShape(10.3, 6.9, 5.2, 7.6, CANINE, BitingEnd(point=1.8, back=0.4), 1, 4, 1.9),
    ToothShape(8.5, 7.0, 5.0, 7.6, PREMOLAR, BitingEnd(point=1.7, across=1.3, inner=2.0, rim=0.2), -7, 2, 0.7),
    ToothShape(8.0, 7.1, 5.0, 8.2, PREMOLAR, BitingEnd(point=1.1, across=1.3, inner=0.6, rim=0.3), -9, 2, 0.3),
    ToothShape(7.5, 11.0, 9.0, 10.4, MOLAR, BitingEnd(across=1.2, along=0.8, inner=-0.2, rim=0.8), -12, 2, 0.2),
    ToothShape(7.0, 10.4, 8.2, 10.0, MOLAR, BitingEnd(across=1.1, along=0.8, inner=-0.2, rim=0.8), -13, 2, 0.3),
)
