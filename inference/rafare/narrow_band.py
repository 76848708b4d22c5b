"""A volume of distances from few questions: coarse nodes first, then only those near the surface, octree-wise.

16.8 million points, as many as a volume of 256 has, take a small network minutes; a face's surface passes through some
hundred thousand of them. Elsewhere the value is what the coarser nodes round it say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from ...geometry.arrays import Bools, Floats, Floats32

COARSEST = 8  # voxels between the first nodes
_REACH = 1.75  # nodes: half the diagonal of the cells round a node, and so how near a surface can pass it unnoticed
_ROUNDS = 4  # of asking where the finished surface passes

Ask = Callable[[Floats32], Floats32]


@dataclass(frozen=True)
class Volume:
    """Answers at the nodes of a cube, -1 + 2 i / N along each axis."""

    values: Floats32  # (N, N, N, C), the first of them the distance
    asked: Bools  # (N, N, N): this one was asked for, and is not between its neighbours

    @property
    def questions(self) -> int:
        """How many points were asked about."""
        return int(self.asked.sum())


def near_surface(ask: Ask, side: int, coarsest: int = COARSEST) -> Volume:
    """Ask where it matters.

    Args:
        ask: points (P, 3) in [-1, 1] -> values (P, C), the first a signed distance in units of the cube's half side.
        side: N, a multiple of ``coarsest``, which is a power of two.
        coarsest: voxels between the nodes that are all asked about.
    """
    count = side // coarsest
    first = _asked(ask, np.ones((count,) * 3, bool))
    volume = Volume(first.reshape(count, count, count, -1), np.ones((count,) * 3, bool))
    while count < side:
        count *= 2
        volume = _finer(volume)
        distance = volume.values[..., 0]
        near = _crossed(distance) | (np.abs(distance) < _REACH * 2.0 / count)
        volume = _with_answers(volume, ask, near)
    return volume


def finished(volume: Volume, ask: Ask, finish: Callable[[Floats32], Floats]) -> tuple[Floats, Volume]:
    """``finish`` of the values (N, N, N, C), and the volume with answers wherever the finished surface passes.

    What is done to distances moves their zero, so the places it comes to are asked about, and it is done again.
    """
    distances = finish(volume.values)
    for _ in range(_ROUNDS):
        missing = _crossed(distances) & ~volume.asked
        if not missing.any():
            break
        volume = _with_answers(volume, ask, missing)
        distances = finish(volume.values)
    return distances, volume


def _with_answers(volume: Volume, ask: Ask, where: Bools) -> Volume:
    where = where & ~volume.asked
    if not where.any():
        return volume
    values = volume.values.copy()
    values[where] = _asked(ask, where)
    return replace(volume, values=values, asked=volume.asked | where)


def _asked(ask: Ask, where: Bools) -> Floats32:
    return ask((-1.0 + 2.0 * np.argwhere(where) / len(where)).astype(np.float32))


def _finer(volume: Volume) -> Volume:
    """Twice as many nodes each way; the new ones are half-way between their neighbours."""
    values, asked = volume.values, np.zeros([2 * n for n in volume.asked.shape], bool)
    for axis in range(3):
        following = np.concatenate([np.delete(values, 0, axis), np.take(values, [-1], axis)], axis)
        both = np.stack([values, 0.5 * (values + following)], axis + 1)
        values = both.reshape([n * 2 if i == axis else n for i, n in enumerate(values.shape)])
    asked[::2, ::2, ::2] = volume.asked
    return Volume(values, asked)


def _crossed(distances: Floats) -> Bools:
    """Whether a node and one of its 26 neighbours are on different sides."""
    inside = distances < 0.0
    box = np.ones((3, 3, 3), bool)
    return ndimage.binary_dilation(inside, box) & ndimage.binary_dilation(~inside, box)
