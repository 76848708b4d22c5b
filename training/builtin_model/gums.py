"""The cages of both gums: a ridge along each arch with a collar round every neck, and the palate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...anatomy.parts import PartName
from ...geometry.arrays import Floats, Ints
from .dentition import Jaw, Row, Tooth, row_of
from .mouth_place import MouthPlace
from .part_cage import PartCage, grid_faces, interpolating, symmetric_cage
from .tooth_shapes import HEIGHTS, MM

PAPILLA = 0.45  # height of the gum between two teeth, in crowns; Chu et al., Dental Clinics 2009: 0.4 of the crown seen
COLLAR = 0.35  # mm, of the gum round the neck
END = 3.5  # mm behind the last tooth
# Rows of the ridge from the lip's side over the crest to the tongue's: mm from the neck towards the biting end, mm out of
# the tooth's wall, and mm off the arch in the chart.
ROWS = ((-8.5, -1.2, 15.0), (-3.5, 0.35, 8.0), (0.3, COLLAR, 3.0), (0.3, -COLLAR, -3.0), (-6.0, -1.2, -8.5))
PAPILLA_OUT, PAPILLA_IN = 0.18, 0.16  # of a papilla's tips off the contact, in depths of the crown
VAULT, STEEP = 9.0, 11.0  # mm: of the palate above the inner rim of the ridge, and how soon behind it


@dataclass(frozen=True)
class Neck:
    """What a place along the arch gives the gum; metres in the biting plane's frame."""

    along: float
    height: float  # y of the neck
    outer: float  # off the arch's line: the wall of the tooth to the lips at its neck
    inner: float
    collar: tuple[float, float, float]  # y of the collar, and off the line: outside and inside


def gums_cage(jaw: Jaw, place: MouthPlace) -> PartCage:
    """The gum of a jaw; the upper one with the palate. Its borders lie behind the lips, in the floor and in the throat."""
    row = row_of(jaw, place)
    necks = _necks(row)
    count = len(necks)
    columns = np.arange(1 - count, count)
    ridge, chart = _ridge(row, [necks[abs(c)] for c in columns], columns)
    ids = np.arange(len(ROWS) * len(columns)).reshape(len(ROWS), -1)
    faces, mirror = grid_faces(ids), ids[:, ::-1].ravel()
    if jaw is Jaw.UPPER:
        middle, middle_chart = _vault(ridge[-1], chart[-1])
        faces = np.concatenate([faces, _palate_faces(ids[-1], ids.size)])
        mirror = np.concatenate([mirror, ids.size + np.arange(count - 1)])
        points, uv = (
            np.concatenate([ridge.reshape(-1, 3), middle]),
            np.concatenate([chart.reshape(-1, 2), middle_chart]),
        )
        faces = faces[:, ::-1]
    else:
        points, uv = ridge.reshape(-1, 3), chart.reshape(-1, 2)
    low, high = uv.min(axis=0), uv.max(axis=0)
    uv = 0.5 + (uv - (low + high) / 2) / (high - low).max()
    control = interpolating(faces, place.seen(points))
    if jaw is Jaw.LOWER:
        uv = uv * (-1, 1) + (1, 0)
    return symmetric_cage(control, faces, (uv, faces), PartName.GUMS, mirror)


def _necks(row: Row) -> list[Neck]:
    """The middle, the first tooth, the gap behind it, and so on to the end of the ridge."""
    at = [_at_tooth(row, tooth) for tooth in row.teeth]
    between = [_between(row, a, b, na, nb) for a, b, na, nb in zip(row.teeth, row.teeth[1:], at, at[1:], strict=False)]
    first, last = row.teeth[0], row.teeth[-1]
    middle = _between(row, first, first, at[0], at[0], along=0.0)
    off = at[-1].outer - COLLAR * MM, at[-1].inner + COLLAR * MM
    low = at[-1].height - row.jaw.bites * MM
    end = Neck(float(row.arch.length[-1]) + END * MM * last.scale, low, *off, (low, off[0] * 0.4, off[1] * 0.4))
    woven = [n for pair in zip(at[:-1], between, strict=True) for n in pair]
    return [middle, *woven, at[-1], end]


def _at_tooth(row: Row, tooth: Tooth) -> Neck:
    (point,), (normal,) = row.arch.at(np.array([tooth.along]))
    depth, scale = tooth.shape.depth, tooth.scale
    walls = [np.interp(0.0, HEIGHTS, side) * depth for side in (tooth.shape.profile.outer, tooth.shape.profile.inner)]
    ends = tooth.placed(MM * np.array([[0.0, ROWS[2][0], walls[0] + COLLAR], [0.0, ROWS[3][0], walls[1] - COLLAR]]))
    outer, inner = ((ends[:, [0, 2]] - (0, row.start[1]) - point) @ normal).tolist()
    del scale
    return Neck(tooth.along, float(ends[:, 1].mean()), outer, inner, (float(ends[:, 1].mean()), outer, inner))


def _between(row: Row, a: Tooth, b: Tooth, at_a: Neck, at_b: Neck, along: float | None = None) -> Neck:
    height, outer, inner = ((getattr(at_a, f) + getattr(at_b, f)) / 2 for f in ("height", "outer", "inner"))
    scale = MM * a.scale
    depth = scale * (a.shape.depth + b.shape.depth) / 2
    crown = scale * (a.shape.height + b.shape.height) / 2
    tip = height + row.jaw.bites * PAPILLA * crown
    middle = (outer + inner) / 2 * 0.4
    gap = a.along + scale * a.shape.width / 2 if along is None else along
    return Neck(
        gap, height, outer - 0.08 * depth, inner, (tip, middle + PAPILLA_OUT * depth, middle - PAPILLA_IN * depth)
    )


def _ridge(row: Row, necks: list[Neck], columns: Ints) -> tuple[Floats, Floats]:
    """Points (rows, columns, 3) in the biting plane's frame, and where they lie in the chart (rows, columns, 2), mm."""
    along = np.array([n.along for n in necks]) * np.sign(columns)
    flat, normal = row.arch.at(along)
    height, outer, inner = (np.array([getattr(n, f) for n in necks]) for f in ("height", "outer", "inner"))
    collar = np.array([n.collar for n in necks])
    scale = MM * row.teeth[0].scale
    points, charts = [], []
    for number, (up, out, chart) in enumerate(ROWS):
        front = number < 3
        y = height + row.jaw.bites * scale * up
        off = (outer if front else inner) + scale * out
        if number in (2, 3):
            y, off = collar[:, 0], collar[:, 1 if front else 2]
        plan = flat + off[:, None] * normal
        points.append(np.stack([plan[:, 0], y, plan[:, 1] + row.start[1]], axis=1))
        charts.append(flat / MM + chart * normal)
    return np.stack(points), np.stack(charts)


def _vault(rim: Floats, chart: Floats) -> tuple[Floats, Floats]:
    """The palate's ridge pole: points (N, 3) in the middle between both sides of the inner rim, from front to back."""
    count = len(rim) // 2
    left, left_chart = rim[count + 1 :], chart[count + 1 :]
    behind = np.maximum(rim[count, 2] - left[:, 2], 0)
    rise = MM * VAULT * (1 - np.exp(-behind / (MM * STEEP)))
    points = np.stack([np.zeros(count), left[:, 1] + rise, left[:, 2] - MM * 0.5], axis=1)
    return points, np.stack([np.zeros(count), left_chart[:, 1] - 0.5], axis=1)


def _palate_faces(rim: Ints, first: int) -> Ints:
    """Quads from the inner rim (N,), right to left, to the middle, whose vertices count from ``first``."""
    count = len(rim) // 2
    middle = first + np.abs(np.arange(-count, count + 1)) - 1
    strips = grid_faces(np.stack([rim, middle]))
    sides = np.delete(strips, [count - 1, count], axis=0)
    return np.concatenate([sides, [[rim[count - 1], rim[count], rim[count + 1], first]]])
