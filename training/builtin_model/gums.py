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

# Rows of the ridge from the lips' side over the crest to the tongue's: mm from a tooth's neck towards its biting end,
# mm off the wall of the neck, and mm off the arch in the chart. The first FRONT rows go by the outer wall.
ROWS = ((-8.5, -1.2, 15.0), (-3.5, 0.1, 8.0), (0.3, 0.35, 3.0), (0.3, -0.35, -3.0), (-6.0, -1.2, -8.5))
FRONT = 3
COLLAR = slice(2, 4)  # the rows that clasp a neck, and between two teeth are the tips of the papillae
PAPILLA = 0.42  # height of a papilla in crowns (Chu et al. 2009)
# Of its tips: from the lips' side to the tongue's in depths of the crown, and how far to the arch's line it is drawn.
PAPILLA_DEPTH, PAPILLA_SHIFT = 0.34, 0.4
DIP = 0.08  # of the outside between two roots, in depths of the crown
END = 3.5  # mm that the ridge goes on behind the last tooth
VAULT, STEEP = 9.0, 11.0  # mm: of the palate above the inner rim of the ridge, and how soon behind it
BACK = 1.5  # mm, that its middle lies farther back than its sides


@dataclass(frozen=True, eq=False)
class Section:
    """The ridge cut across at one place of the left half of its arch; metres in the biting plane's frame."""

    along: float
    profile: Floats  # (rows, 2) y, and off the arch's line outwards


def gums_cage(jaw: Jaw, place: MouthPlace) -> PartCage:
    """The gum of a jaw; the upper one with the palate. Its borders lie behind the lips, in the floor, in the throat."""
    row = row_of(jaw, place)
    sections = _sections(row)
    columns = np.arange(1 - len(sections), len(sections))  # right to left
    points, chart = _ridge(row, [sections[abs(c)] for c in columns], np.sign(columns))
    ids = np.arange(points[..., 0].size).reshape(points.shape[:2])
    faces, mirror = grid_faces(ids), ids[:, ::-1].ravel()
    rim, rim_chart = points[-1], chart[-1]
    points, chart = points.reshape(-1, 3), chart.reshape(-1, 2)
    if jaw is Jaw.UPPER:
        vault, vault_chart = _vault(rim, rim_chart)
        points, chart = np.concatenate([points, vault]), np.concatenate([chart, vault_chart])
        mirror = np.concatenate([mirror, len(mirror) + np.arange(len(vault))])
        faces = np.concatenate([faces, _palate_faces(ids[-1], ids.size)])[:, ::-1]
    uv = _in_square(chart * (1 if jaw is Jaw.UPPER else -1, 1))
    return symmetric_cage(interpolating(faces, place.seen(points)), faces, (uv, faces), PartName.GUMS, mirror)


def _sections(row: Row) -> list[Section]:
    """In the middle, at the first tooth, in the gap behind it, and so on to the end of the ridge."""
    teeth = row.teeth
    at = [_at_tooth(row, tooth) for tooth in teeth]
    gaps = [_between(row, pair, 0.5) for pair in zip(teeth, teeth[1:], at, at[1:], strict=False)]
    middle = _between(row, (teeth[0], teeth[0], at[0], at[0]), -0.5)
    end = at[-1].profile.copy()
    end[COLLAR] *= (1, 0.4)
    return [middle, *(s for pair in zip(at, gaps, strict=False) for s in pair), at[-1],
            Section(float(row.arch.length[-1]) + END * MM, end)]  # fmt: skip


def _at_tooth(row: Row, tooth: Tooth) -> Section:
    (point,), (normal,) = row.arch.at(np.array([tooth.along]))
    up, out, _ = np.array(ROWS).T
    outer, inner = (np.interp(0, HEIGHTS, side) * tooth.shape.depth for side in tooth.shape.profile.walls)
    walls = np.array([outer] * FRONT + [inner] * (len(ROWS) - FRONT))
    points = tooth.placed(MM * np.stack([0 * up, up, walls + out], axis=1))  # along the root, however the tooth leans
    off = (points[:, [0, 2]] - (0, row.start[1]) - point) @ normal
    return Section(tooth.along, np.stack([points[:, 1], off], axis=1))


def _between(row: Row, pair: tuple[Tooth, Tooth, Section, Section], behind: float) -> Section:
    """Between two teeth and their sections, so many widths behind the first."""
    a, b, at_a, at_b = pair
    scale = MM * a.scale
    depth, crown = (scale * (getattr(a.shape, size) + getattr(b.shape, size)) / 2 for size in ("depth", "height"))
    profile = (at_a.profile + at_b.profile) / 2
    profile[:FRONT, 1] -= DIP * depth
    tips = profile[COLLAR]
    contact = (1 - PAPILLA_SHIFT) * tips[:, 1].mean()
    tips[:] = np.stack([tips[:, 0] + row.jaw.bites * PAPILLA * crown,
                        contact + PAPILLA_DEPTH * depth * np.array([0.5, -0.5])], axis=1)  # fmt: skip
    return Section(a.along + behind * scale * a.shape.width, profile)


def _ridge(row: Row, sections: list[Section], side: Ints) -> tuple[Floats, Floats]:
    """Points (rows, columns, 3) in the biting plane's frame, and where they lie in the chart (rows, columns, 2), mm."""
    along: Floats = np.array([s.along for s in sections], dtype=np.float64) * side
    flat, normal = row.arch.at(along)
    profile = np.stack([s.profile for s in sections], axis=1)
    plan = flat + profile[..., 1:] * normal
    points = np.stack([plan[..., 0], profile[..., 0], plan[..., 1] + row.start[1]], axis=-1)
    return points, flat / MM + np.array(ROWS)[:, 2, None, None] * normal


def _vault(rim: Floats, chart: Floats) -> tuple[Floats, Floats]:
    """The palate's ridge pole: points (N, 3) in the middle between both sides of the inner rim, from front to back."""
    count = len(rim) // 2
    left = rim[count + 1 :]
    behind = np.maximum(rim[count, 2] - left[:, 2], 0)
    rise = MM * VAULT * (1 - np.exp(-behind / (MM * STEEP)))
    middle = np.stack([np.zeros(count), left[:, 1] + rise, left[:, 2] - MM * BACK], axis=1)
    return middle, chart[count + 1 :] * (0, 1) - (0, BACK)


def _palate_faces(rim: Ints, first: int) -> Ints:
    """Quads from the inner rim (N,), right to left, to the middle, whose vertices count from ``first``."""
    count = len(rim) // 2
    middle = first + np.abs(np.arange(-count, count + 1)) - 1
    sides = np.delete(grid_faces(np.stack([rim, middle])), [count - 1, count], axis=0)
    return np.concatenate([sides, [[rim[count - 1], rim[count], rim[count + 1], first]]])


def _in_square(chart: Floats) -> Floats:
    """A chart (U, 2) at its own proportions in the middle of the unit square."""
    low, high = chart.min(axis=0), chart.max(axis=0)
    return 0.5 + (chart - (low + high) / 2) / (high - low).max()
