"""The cage of the four rows of lashes: strips that leave the lids' rims, curl, and fan towards the corners."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...anatomy.parts import PartName
from ...geometry.arrays import Floats, Ints
from .lids import Lids, RimCage, chosen
from .part_cage import PartCage, grid_faces, interpolating, joined, with_twin

COLUMNS, ROWS = 10, 3  # faces along a rim and from root to tip
START, END = 0.1, 0.99  # of a rim that bears lashes, from the inner corner
ROOT = 0.0003  # how deep the roots lie in the lid
FAN = 0.75  # how far lashes turn to the corners, where 1 is straight away from the eyeball's axis


@dataclass(frozen=True)
class LashRow:
    """A row of lashes; metres, degrees above the horizontal."""

    length: float  # of the longest; lashes measure up to 12 mm above and 8 mm below (Aumond and Bitton 2018)
    leaves: float  # how it leaves the rim
    curl: float  # how far it has turned upwards at its tip
    charts: tuple[int, int]  # which quarter of the square, from below, the left and the right one have


UPPER = LashRow(0.0090, -8.0, 72.0, (3, 2))
LOWER = LashRow(0.0050, -58.0, 42.0, (1, 0))


def lash_cage(lids: Lids) -> RimCage:
    """The lashes of the upper lids, left and right, then of the lower ones.

    In the chart each row has a quarter: u from the inner corner to the outer, v from the root up to the tip.
    """
    upper, upper_rim = _strip(UPPER, lids.upper, lids.centre)
    lower, lower_rim = _strip(LOWER, lids.lower, lids.centre)
    return RimCage(joined([upper, lower]), np.concatenate([upper_rim, lower_rim + len(lids.upper)]))


def _strip(row: LashRow, rim: Floats, centre: Floats) -> tuple[PartCage, Ints]:
    ids, share = chosen(rim, COLUMNS, START, END)
    rise = np.linspace(0, 1, ROWS + 1)
    points = _curled(row, rim[ids] - centre, share, rise) + rim[ids]
    grid = np.arange(points[..., 0].size).reshape(points.shape[:2])
    faces = grid_faces(grid) if row is UPPER else grid_faces(grid)[:, ::-1]  # seen from the front
    u, v = np.meshgrid(share, rise)
    left, right = (np.stack([u, (v + quarter) / 4], axis=-1).reshape(-1, 2) for quarter in row.charts)
    cage = with_twin(interpolating(faces, points.reshape(-1, 3)), faces, (left, right), faces, PartName.LASHES)
    return cage, np.tile(ids, 2 * len(rise))


def _curled(row: LashRow, away: Floats, share: Floats, rise: Floats) -> Floats:
    """Offsets (R, K, 3) from rim points that lie ``away`` (K, 3) from the eyeball's centre."""
    turn = FAN * np.arctan2(away[:, 0], away[:, 2])
    out = np.stack([np.sin(turn), np.zeros_like(turn), np.cos(turn)], axis=1)
    length = row.length * (0.42 + 0.2 * share + 0.38 * np.sin(np.pi * share**1.6))
    fine = np.linspace(0, 1, 61)
    angle = np.radians(row.leaves + row.curl * fine)
    run, climb = (np.concatenate([[0], np.cumsum((f[1:] + f[:-1]) / 2)]) / 60 for f in (np.cos(angle), np.sin(angle)))
    run, climb = np.interp(rise, fine, run), np.interp(rise, fine, climb)
    along = run[:, None] * length - ROOT
    return along[..., None] * out + (climb[:, None] * length)[..., None] * np.array([0.0, 1.0, 0.0])
