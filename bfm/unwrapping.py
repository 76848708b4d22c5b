"""A UV layout for a head that has none: the skin as one chart with a seam down the back, other parts beside it.

The skin is projected from inside onto a capsule, a cylinder with a dome, that stands around the head; its back is
squeezed in favour of the face. Everything else is small and seen from the front and from behind, a square for each.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..anatomy.parts import PartName
from ..geometry.arrays import Floats, Ints
from ..geometry.faces import NO_CORNER
from ..geometry.normals import area_normals

SQUARE = 0.12  # side of the squares of small parts, at most
MARGIN = 0.01
FINEST = 1e-7  # UVs are multiples of it: what rounds alike is one point
FACE_SHARE = 0.5  # the face's texels per radian are 1 + this, the back's 1 - this, of the mean
POLE_REACH = np.pi / 4  # how far around a face at the crown may reach


def unwrap_head(vertices: Floats, faces: Ints, face_parts: Ints, part_names: tuple[str, ...]) -> tuple[Floats, Ints]:
    """UVs (U, 2) in [0, 1], v up, and faces_uv (F, 4) of a head (V, 3) in metres and model axes, with faces (F, 4).

    Vertices on a seam, and on the outline of a small part, are in more than one place. Parts do not overlap.
    """
    skin, *small = _charts(vertices, faces, face_parts, part_names)
    corners = vertices[faces][..., :2].astype(np.float64)
    corners[skin] = _skin_corners(vertices, faces[skin])
    return pack_charts(corners, faces, skin, small)


def pack_charts(corners: Floats, faces: Ints, skin: Ints, small: Sequence[Ints]) -> tuple[Floats, Ints]:
    """UVs (U, 2) and faces_uv (F, 4) of corners (F, 4, 2) that are flat within each chart, on any scale.

    Args:
        faces: (F, 4) vertex ids, which tell corners that are to be one point.
        skin: face ids of the large chart, which fills the square but for a row of small ones at the bottom.
        small: face ids of each small one; every face is in one chart.
    """
    corners = np.where(faces[..., None] == NO_CORNER, np.nan, corners)
    small = [chart for chart in small if len(chart)]
    side = min(SQUARE, 1.0 / len(small)) if small else 0.0
    corners[skin] = _place(corners[skin], (0.0, side), (1.0, 1.0 - side))
    for place, chart in enumerate(small):
        corners[chart] = _place(corners[chart], (place * side, 0.0), (side, side), keep_aspect=True)
    return _joined(corners, faces, [skin, *small])


def _charts(vertices: Floats, faces: Ints, face_parts: Ints, part_names: tuple[str, ...]) -> list[Ints]:
    """Face ids per chart: the skin, then every other part as seen from the front and from behind."""
    front = area_normals(vertices[faces[:, :3]])[:, 2] >= 0
    small = [face_parts == part for part, name in enumerate(part_names) if name != PartName.SKIN]
    skin = ~np.any(small, axis=0) if small else np.ones(len(faces), bool)
    return [np.flatnonzero(which) for which in (skin, *(part & side for part in small for side in (front, ~front)))]


def _skin_corners(vertices: Floats, faces: Ints) -> Floats:
    """Where each corner (F, 4, 2) is on the capsule, metres along it."""
    used = vertices[np.unique(faces[faces != NO_CORNER])]
    low, high = used.min(axis=0), used.max(axis=0)
    radius = (high[0] - low[0]) / 2
    centre = np.array([(low[0] + high[0]) / 2, high[1] - radius, high[2] - 1.2 * radius])
    x, y, z = np.moveaxis(vertices - centre, -1, 0)
    around, out = np.arctan2(x, z), np.hypot(x, z)
    height = np.where(y > 0, radius * np.arctan2(y, out), y)
    turns = _unwrapped(around[faces], faces)
    across = radius * (turns + FACE_SHARE * np.sin(turns))
    return np.stack([across, height[faces]], axis=-1)


def _unwrapped(around: Floats, faces: Ints) -> Floats:
    """Angles (F, 4) of which no face's spread over the seam: they leave (-pi, pi] on the side of the face's middle."""
    weights = (faces != NO_CORNER).astype(float)
    middle = np.arctan2((weights * np.sin(around)).sum(axis=1), (weights * np.cos(around)).sum(axis=1))
    apart = (around - middle[:, None] + np.pi) % (2 * np.pi) - np.pi
    return middle[:, None] + np.clip(apart, -POLE_REACH, POLE_REACH)


def _place(flat: Floats, corner: tuple[float, float], size: tuple[float, float], keep_aspect: bool = False) -> Floats:
    """Points (..., 2) moved and stretched into a box, with a margin; NaN stays."""
    if not len(flat):
        return flat
    low, high = np.nanmin(flat, axis=(0, 1)), np.nanmax(flat, axis=(0, 1))
    extent = np.maximum(high - low, 1e-12)
    room = np.array(size) - 2 * MARGIN
    scale = np.full(2, (room / extent).min()) if keep_aspect else room / extent
    return np.array(corner) + np.array(size) / 2 + (flat - (low + high) / 2) * scale


def _joined(corners: Floats, faces: Ints, charts: list[Ints]) -> tuple[Floats, Ints]:
    """Corners of one chart that are the same vertex at the same place become one UV point."""
    chart_of = np.empty(len(faces), int)
    for number, chart in enumerate(charts):
        chart_of[chart] = number
    there = faces != NO_CORNER
    keys = np.stack([np.repeat(chart_of[:, None], 4, axis=1)[there], faces[there]], axis=1)
    keys = np.concatenate([keys, np.round(corners[there] / FINEST).astype(np.int64)], axis=1)
    points, inverse = np.unique(keys, axis=0, return_inverse=True)
    faces_uv = np.full(faces.shape, NO_CORNER, np.int32)
    faces_uv[there] = inverse.reshape(-1)
    return points[:, 2:] * FINEST, faces_uv
