"""Values at texture points spread over the texels of a texture."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, Floats32, Ints

_AT_ONCE = 1 << 19  # texels looked at together
_EDGE = -1e-6  # share of a triangle by which a texel on its edge may lie outside


def texels(values: Floats, uv: Floats, triangles: Ints, size: int) -> Floats32:
    """Values (U, C) at texture points ``uv`` (U, 2), linear in each of the triangles (N, 3), at texels (T, T, C).

    Row 0 is v = 0, and a texel is its middle. Outside all triangles there is 0.
    """
    made = np.zeros((size * size, values.shape[1]), np.float32)
    corners = uv[triangles] * size - 0.5
    low = np.clip(np.ceil(corners.min(axis=1)), 0, size).astype(np.int64)
    high = np.clip(np.floor(corners.max(axis=1)), -1, size - 1).astype(np.int64)
    wide, tall = np.maximum(high - low + 1, 0).T
    ends = np.cumsum(wide * tall)
    first = 0
    while first < len(triangles):
        last = max(int(np.searchsorted(ends, (ends[first - 1] if first else 0) + _AT_ONCE)), first + 1)
        _fill(
            made,
            values,
            corners[first:last],
            triangles[first:last],
            (low[first:last], wide[first:last], tall[first:last]),
        )
        first = last
    return made.reshape(size, size, -1)


def _fill(made: Floats32, values: Floats, corners: Floats, triangles: Ints, boxes: tuple[Ints, Ints, Ints]) -> None:
    """Write what is inside some triangles, whose boxes of texels are given by their lower corners and their sides."""
    low, wide, tall = boxes
    count = wide * tall
    owner = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    place = low[owner] + np.stack([number % wide[owner], number // wide[owner]], axis=1)
    (first, second, third), size = np.moveaxis(corners[owner], 1, 0), round(len(made) ** 0.5)
    area = _cross(second - first, third - first)
    area = np.where(area == 0.0, np.inf, area)
    b, c = _cross(place - first, third - first) / area, _cross(second - first, place - first) / area
    inside = (b >= _EDGE) & (c >= _EDGE) & (b + c <= 1.0 - _EDGE) & np.isfinite(area)
    weights = np.stack([1.0 - b - c, b, c], axis=1)[inside]
    rows = triangles[owner[inside]]
    made[place[inside] @ (1, size)] = np.einsum("nk,nkc->nc", weights, values[rows])


def _cross(first: Floats, second: Floats) -> Floats:
    return first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
