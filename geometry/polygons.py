"""Polygons in the plane: how far inside points are, and soft edges."""

from __future__ import annotations

import numpy as np

from .arrays import Floats
from .smoothstep import smoothstep


def soft_polygon(points: Floats, corners: Floats, edge: float) -> Floats:
    """1 inside a polygon (K, 2), 0 outside, for points (N, 2), by a smooth step over ``edge`` either side."""
    return smoothstep(-edge, edge, inside_polygon(points, corners))


def inside_polygon(points: Floats, corners: Floats) -> Floats:
    """Distance (N,) of points (N, 2) from the outline of a polygon (K, 2): positive inside, negative outside."""
    a, b = corners, np.roll(corners, -1, axis=0)
    along = b - a
    x, y = points[:, :1] - a[:, 0], points[:, 1:] - a[:, 1]
    share = np.clip((x * along[:, 0] + y * along[:, 1]) / (along**2).sum(axis=1), 0, 1)
    distance = np.sqrt(((x - share * along[:, 0]) ** 2 + (y - share * along[:, 1]) ** 2).min(axis=1))
    crosses = (a[:, 1] > points[:, 1:]) != (b[:, 1] > points[:, 1:])
    rise = np.where(along[:, 1] == 0, 1e-12, along[:, 1])
    at = a[:, 0] + (points[:, 1:] - a[:, 1]) / rise * along[:, 0]
    inside = (crosses & (points[:, :1] < at)).sum(axis=1) % 2 == 1
    return np.where(inside, distance, -distance)
