"""The two rows of teeth: each tooth where it stands in its arch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from ...geometry.arrays import Floats
from .mouth_place import Arch, MouthPlace, arch
from .tooth_shapes import LOWER, MM, UPPER, ToothShape

# Of the lower arch beside the upper one, metres: how much narrower and shallower it is, and how far behind it begins.
NARROWER, SHALLOWER, OVERJET = 0.0045, 0.0010, 0.0030
CLOSER = 0.00008  # that every tooth stands nearer to the middle, where both rows' first teeth meet at an angle
FREEWAY = 0.0012  # between the rows at rest, in biting direction (the jaw hangs a little when the lips are closed)


class Jaw(Enum):
    """Which row."""

    UPPER = "upper"
    LOWER = "lower"

    @property
    def shapes(self) -> tuple[ToothShape, ...]:
        """Its teeth from the middle to the back."""
        return UPPER if self is Jaw.UPPER else LOWER

    @property
    def bites(self) -> float:
        """Which way its teeth point along Y."""
        return -1.0 if self is Jaw.UPPER else 1.0


@dataclass(frozen=True, eq=False)
class Tooth:
    """A tooth of the left side in the biting plane's frame (`MouthPlace.seen`)."""

    shape: ToothShape
    axes: Floats  # (3, 3) rows: its own axes
    neck: Floats  # (3,) the origin of its axes
    scale: float
    along: float  # the middle of it, metres along its arch

    def placed(self, points: Floats) -> Floats:
        """Points (N, 3) of the tooth's axes in the frame."""
        return self.scale * points @ self.axes + self.neck


@dataclass(frozen=True, eq=False)
class Row:
    """The left half of a row of teeth, in the biting plane's frame."""

    jaw: Jaw
    arch: Arch
    teeth: tuple[Tooth, ...]
    start: Floats  # (2,) y and z where the arch has its middle


def row_of(jaw: Jaw, place: MouthPlace) -> Row:
    """The teeth of a jaw: side by side along the arch, scaled together to fill it."""
    lower = jaw is Jaw.LOWER
    size = place.size
    line = arch(place.width - lower * NARROWER * size, place.depth - lower * SHALLOWER * size)
    widths = MM * np.array([shape.width for shape in jaw.shapes])
    scale = float(line.length[-1] / widths.sum())
    middles = scale * (np.cumsum(widths) - widths / 2 - CLOSER)
    start = np.array([-FREEWAY * size, -OVERJET * size]) if lower else np.zeros(2)
    teeth = tuple(_tooth(jaw, s, line, float(m), start, scale) for s, m in zip(jaw.shapes, middles, strict=True))
    return Row(jaw, line, teeth, start)


def _tooth(jaw: Jaw, shape: ToothShape, line: Arch, along: float, start: Floats, scale: float) -> Tooth:
    (point,), (normal,) = line.at(np.array([along]))
    out = np.array([normal[0], 0.0, normal[1]])
    up = np.array([0.0, jaw.bites, 0.0])
    back = np.array([normal[1], 0.0, -normal[0]])
    lean, tip = np.radians([shape.lean, shape.tip])
    grown = np.cos(lean) * (np.cos(tip) * up - np.sin(tip) * back) + np.sin(lean) * out
    face = out - (out @ grown) * grown
    face /= np.linalg.norm(face)
    axes = np.stack([np.cross(grown, face), grown, face])
    if axes[0] @ back < 0:
        axes[0] *= -1  # its X runs to the back in both jaws
    bite = np.array([point[0], start[0] + jaw.bites * scale * MM * shape.rise, start[1] + point[1]])
    return Tooth(
        shape, axes, bite - scale * MM * shape.height * grown - scale * MM * _contact(shape) * face, scale, along
    )


def _contact(shape: ToothShape) -> float:
    """Z, mm, of the middle of the biting end, which lies on the arch's line."""
    return shape.depth * (shape.profile.outer[-1] + shape.profile.inner[-1]) / 2
