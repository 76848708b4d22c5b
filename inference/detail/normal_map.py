"""A tangent-space normal map baked from a displacement map over a smooth mesh."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ...geometry.arrays import Floats32, Pixels
from ...geometry.vectors import dot, length
from ..uv.atlas import UvAtlas

_LEAST_AREA = 1e-12  # square metres a unit of UV must span; less is a collapsed triangle


def bake_normal_map(displacement: Floats32, atlas: UvAtlas, vertices: NDArray, uv: NDArray) -> Pixels:
    """(T, T, 3) uint8, OpenGL (Y up), of a map (T, T) in metres on vertices (V, 3) with texture points (U, 2).

    A height d turns the normal by minus its surface gradient. In the frame of tangent t (along u) and bitangent b that
    gradient solves [P_u.t P_u.b; P_v.t P_v.b] g = (d_u, d_v), P being the surface as a function of UV.
    """
    step_u, step_v = uv_steps(vertices, uv, atlas.triangles, atlas.triangles_uv)
    corners = np.concatenate([step_u, step_v], axis=1)
    steps = atlas.interpolate_corners(corners, atlas.triangles_uv)
    along_u, along_v = steps[..., :3], steps[..., 3:]
    change_down, change_u = np.gradient(displacement * atlas.size)
    change_v = -change_down  # rows run against v
    # Measured along P_v the bitangent is right for mirrored charts too: t = P_u / |P_u|, b the rest of
    # P_v at right angles to it, so the system is triangular.
    width = length(along_u)
    lean = dot(along_u, along_v) / np.maximum(width, 1e-9)
    rise = np.sqrt(np.maximum(dot(along_v, along_v) - lean**2, 0.0))
    valid = atlas.mask & (width * rise > _LEAST_AREA)
    slope_t = np.where(valid, change_u / np.maximum(width, 1e-9), 0.0)
    slope_b = np.where(valid, (change_v - lean * slope_t) / np.maximum(rise, 1e-9), 0.0)
    scale = 127.5 / np.sqrt(slope_t**2 + slope_b**2 + 1.0)
    channels = [np.rint(127.5 + scale * part).astype(np.uint8) for part in (-slope_t, -slope_b, np.float32(1.0))]
    return np.asarray(cv2.merge(channels), np.uint8)


def uv_steps(vertices: NDArray, uv: NDArray, triangles: NDArray, triangles_uv: NDArray) -> tuple[Floats32, Floats32]:
    """Smooth derivatives (U, 3) of the surface in u and in v at the texture points, metres per unit of UV."""
    points, texture = vertices[triangles].astype(np.float64), uv[triangles_uv].astype(np.float64)
    first, second = points[:, 1] - points[:, 0], points[:, 2] - points[:, 0]
    (du1, dv1), (du2, dv2) = (texture[:, 1] - texture[:, 0]).T, (texture[:, 2] - texture[:, 0]).T
    area = du1 * dv2 - du2 * dv1
    # Each triangle's derivative times its UV area, so that the mean below is weighted by area and never divides by 0.
    sign = np.sign(area)[:, None]
    step_u = (first * dv2[:, None] - second * dv1[:, None]) * sign
    step_v = (second * du1[:, None] - first * du2[:, None]) * sign
    total = np.zeros((len(uv), 7))
    values = np.concatenate([step_u, step_v, np.abs(area)[:, None]], axis=1)
    for corner in triangles_uv.T:
        np.add.at(total, corner, values)
    total[:, :6] /= np.maximum(total[:, 6:], 1e-15)
    return total[:, :3].astype(np.float32), total[:, 3:6].astype(np.float32)
