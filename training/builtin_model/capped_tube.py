"""A tube with a cap, all quads, as the surface of a box: what teeth and the tongue are bent from.

Parameters (a, b, h): a and b in [-1, 1] run across the box, h from the open end to the cap, where it is 1. The cap is a
grid, so no quad is pinched. (a, b, h) is right-handed, and so is what it is bent to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geometry.arrays import Floats, Ints
from .part_cage import grid_faces

CAP_IN_CHART = 0.4  # half the side of the cap, where the whole chart's is 1


@dataclass(frozen=True, eq=False)
class CappedTube:
    """The cage of a tube: rings from the open end upwards, then the inside of the cap."""

    parameters: Floats  # (C, 3) a, b, h
    faces: Ints  # (G, 4)
    uv: Floats  # (C, 2) in [0, 1]; the cap in the middle, the walls folded out round it

    def twin(self) -> Ints:
        """(C,) the vertex at (-a, b, h)."""
        place = {tuple(p): i for i, p in enumerate(self.parameters.round(9).tolist())}
        return np.array([place[-a + 0.0, b, h] for a, b, h in self.parameters.round(9).tolist()])


def capped_tube(cells: tuple[int, int], heights: Floats) -> CappedTube:
    """A tube with ``cells`` faces along a and b, and rings at ``heights`` (H,), the last of which is 1."""
    a, b = (np.linspace(-1, 1, n + 1) for n in cells)
    grid = np.stack(np.meshgrid(a, b), axis=-1)  # (b, a, 2)
    loop = np.array(_loop(*grid.shape[:2]))
    round_about = grid[loop[:, 0], loop[:, 1]]
    ids = np.arange(len(heights) * len(loop)).reshape(len(heights), len(loop))
    cap = np.full(grid.shape[:2], -1)
    cap[loop[:, 0], loop[:, 1]] = ids[-1]
    inside = cap == -1
    cap[inside] = ids.size + np.arange(inside.sum())

    walls = np.concatenate([np.tile(round_about, (len(heights), 1)), np.repeat(heights, len(loop))[:, None]], axis=1)
    middle = np.concatenate([grid[inside], np.ones((inside.sum(), 1))], axis=1)
    parameters = np.concatenate([walls, middle])
    faces = np.concatenate([grid_faces(np.concatenate([ids, ids[:, :1]], axis=1)), grid_faces(cap)])
    size = 1 - (1 - CAP_IN_CHART) * (parameters[:, 2] - heights[0]) / (1 - heights[0])
    return CappedTube(parameters, faces, 0.5 + 0.5 * parameters[:, :2] * size[:, None])


def _loop(rows: int, columns: int) -> list[tuple[int, int]]:
    """Places (row, column) along the edge of a grid, counter-clockwise where columns run right and rows up."""
    bottom = [(0, k) for k in range(columns - 1)]
    right = [(k, columns - 1) for k in range(rows - 1)]
    top = [(rows - 1, k) for k in range(columns - 1, 0, -1)]
    left = [(k, 0) for k in range(rows - 1, 0, -1)]
    return bottom + right + top + left
