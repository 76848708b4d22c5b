"""Points about a head with their signed distances from it, in the cube that a picture spans.

x is right, y up, z toward the camera, half the picture's side is the unit; outside is positive.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import KDTree

from ...geometry.arrays import Floats, Floats32
from ...geometry.normals import area_normals, unit, vertex_normals
from .portraits import Portrait, Studio, from_texture

_NEAR, _NEARBY = 0.015, 0.06  # deviations of how far points lie from the surface
_SHARES = (0.5, 0.3)  # of those two among the points; the rest lie anywhere
FARTHEST = 0.2  # beyond it a distance is no more told


def distances_about(portrait: Portrait, stage: Studio, count: int, rng: np.random.Generator) -> Floats32:
    """(count, 4) points and their distances from what the picture shows of the head, relief included."""
    side = len(portrait.pixels)
    x, y, nearness = portrait.surface.T.astype(np.float64)
    vertices = np.column_stack([2.0 * x / side - 1.0, 1.0 - 2.0 * y / side, 2.0 * nearness / side])
    # What no picture shows, like the insides of lids and nostrils, would only confuse: a head is solid here.
    shown = np.unique(portrait.shown[portrait.seen])
    triangles, corners_uv = stage.triangles.numpy()[shown], stage.triangles_uv.numpy()[shown]
    area = np.linalg.norm(area_normals(vertices[triangles]), axis=1)
    near, nearby = (int(share * count) for share in _SHARES)
    chosen = rng.choice(len(triangles), near + nearby, p=area / area.sum())
    weights = rng.dirichlet(np.ones(3), len(chosen))[..., None]
    at = (weights * stage.model.uv[corners_uv[chosen]]).sum(axis=1).astype(np.float32)
    rise = from_texture(portrait.relief, at[None])[0] * portrait.metre * 2.0 / side
    normals = vertex_normals(vertices, triangles)
    ways = unit((weights * normals[triangles[chosen]]).sum(axis=1))
    step = rng.standard_normal(len(chosen)) * np.where(np.arange(len(chosen)) < near, _NEAR, _NEARBY)
    beside = (weights * vertices[triangles[chosen]]).sum(axis=1) + (rise + step)[:, None] * ways
    anywhere = rng.uniform(-1.0, 1.0, (count - len(chosen), 3))
    far = _far(anywhere, vertices[np.unique(triangles)], normals[np.unique(triangles)])
    values = np.clip(np.concatenate([step, far]), -FARTHEST, FARTHEST)
    return np.column_stack([np.concatenate([beside, anywhere]), values]).astype(np.float32)


def _far(points: Floats, vertices: Floats, normals: Floats) -> Floats:
    """Distances (N,) of points from the nearest vertices, on the side to which their normals point."""
    far, which = KDTree(vertices).query(points)
    return far * np.sign(((points - vertices[which]) * normals[which]).sum(axis=1))
