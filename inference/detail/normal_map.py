"""A tangent-space normal map baked from a displacement map over a smooth mesh."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ...geometry.arrays import Floats32, Pixels
from ...geometry.stretch import uv_steps
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
