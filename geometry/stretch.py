"""How far one goes on the surface where one goes one texture along its layout."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats32


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
