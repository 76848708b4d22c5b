"""Heads unrolled on a cylinder, as FaceScape's benchmark compares them: one distance from the axis per ray.

Rays leave the axis at 256 heights and in 256 directions; the first looks back, the middle one out of the face. Where a
ray meets several sheets the outermost counts. The points of a map, joined again, are the surface that is measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from ..geometry.arrays import Bools, Floats, Ints
from ..geometry.normals import triangle_normals
from ..inference.rendering.rasterizer import rasterize

RAYS = 256
STEPS = RAYS - 1  # the last direction is the first one again
HALF_HEIGHT_MM = 150.0
CUT_MM = 15.0  # points whose distances from the axis differ by more are not joined
EDGE_ON = 1e-6  # cosine between ray and normal below which a ray runs along the triangle


@dataclass(frozen=True)
class CylinderMap:
    """A head on the cylinder. Row 0 is at the top, column 0 at the back; columns go by the subject's right side."""

    radius: Floats  # (256, 256) mm from the axis; 0 where a ray meets nothing
    normals: Floats  # (256, 256, 3) of the triangles that are met, outwards, unit; zero where nothing is

    @property
    def hit(self) -> Bools:
        """(256, 256) where a ray meets the surface."""
        return self.radius > 0


def unroll(vertices: Floats, triangles: Ints) -> CylinderMap:
    """A surface (V, 3) mm of any winding, the axis through the origin, Y up and Z out of the face."""
    corners, owners = _unrolled_corners(vertices[triangles])
    farthest = 1 + 2 * float(np.hypot(vertices[:, 0], vertices[:, 2]).max())
    flat = torch.from_numpy(corners * [1, 1, 0] + [0, 0, farthest] - corners * [0, 0, 1])
    flat[..., :2] *= flat[..., 2:]  # which the camera divides by
    count = torch.arange(3 * len(corners)).reshape(-1, 3)
    seen = rasterize(flat.reshape(1, -1, 3), count, torch.eye(3, dtype=flat.dtype), (RAYS, RAYS), cull_backfaces=False)
    ids = seen.triangle_ids[0].numpy()
    hit = ids >= 0
    met = vertices[triangles[owners[ids[hit]]]].astype(np.float64)
    normals, radius = np.zeros((RAYS, RAYS, 3)), np.zeros((RAYS, RAYS))
    normals[hit] = triangle_normals(met)
    radius[hit] = _along_rays(met, normals[hit], _rays()[hit], farthest - seen.depth[0].numpy()[hit])
    inwards = (normals * _rays() * [1, 0, 1]).sum(axis=2) < 0
    return CylinderMap(radius, np.where(inwards[..., None], -normals, normals))


def roll_up(radius: Floats, kept: Bools) -> tuple[Floats, Ints]:
    """The points (N, 3) of a map where it is ``kept``, joined to triangles (T, 3) but over `CUT_MM`.

    Of four neighbours all are compared with the first, as the authors do.
    """
    known = np.where(kept, radius, 0.0)
    first = known[:-1, :-1]
    others = (known[1:, :-1], known[:-1, 1:], known[1:, 1:])
    joined = (first > 0) & (np.max([np.abs(first - other) for other in others], axis=0) < CUT_MM)
    ids = np.arange(RAYS * RAYS).reshape(RAYS, RAYS)
    a, b, c, d = (corner[joined] for corner in (ids[:-1, :-1], ids[:-1, 1:], ids[1:, :-1], ids[1:, 1:]))
    triangles = np.concatenate([np.stack([a, b, c], axis=1), np.stack([d, c, b], axis=1)])
    points = _rays() * np.stack([known, np.ones_like(known), known], axis=2)
    used, compact = np.unique(triangles, return_inverse=True)
    return points.reshape(-1, 3)[used], compact.reshape(-1, 3)


def _rays() -> Floats:
    """(256, 256, 3): each ray's direction across, and between them, in y, its height."""
    angle = np.arange(RAYS) * 2 * np.pi / STEPS
    height = np.linspace(HALF_HEIGHT_MM, -HALF_HEIGHT_MM, RAYS)
    across, up = np.meshgrid(angle, height)
    return np.stack([-np.sin(across), up, -np.cos(across)], axis=2)


def _unrolled_corners(corners: Floats) -> tuple[Floats, Ints]:
    """Corners (N, 3, 3) as column, row and distance from the axis, and which triangle (N,) each belongs to.

    Triangles across the back are there twice, at either end; those round the axis are left out.
    """
    x, y, z = np.moveaxis(np.asarray(corners, np.float64), 2, 0)
    angle = np.arctan2(-x, -z) % (2 * np.pi)
    across = np.ptp(angle, axis=1) > np.pi
    angle[across] += np.where(angle[across] < np.pi, 2 * np.pi, 0.0)
    kept = np.flatnonzero(np.ptp(angle, axis=1) <= np.pi)
    owners = np.concatenate([kept, kept[across[kept]]])
    angle = np.concatenate([angle[kept], angle[kept[across[kept]]] - 2 * np.pi])
    column = angle * STEPS / (2 * np.pi) + 0.5  # the middle of a pixel
    row = (HALF_HEIGHT_MM - y[owners]) * STEPS / (2 * HALF_HEIGHT_MM) + 0.5
    return np.stack([column, row, np.hypot(x, z)[owners]], axis=2), owners


def _along_rays(corners: Floats, normals: Floats, rays: Floats, near: Floats) -> Floats:
    """How far (N,) along each ray its triangle's plane is; ``near`` (N,), roughly that, where it is seen edge-on."""
    facing = (normals * rays * [1, 0, 1]).sum(axis=1)
    offset = (normals * corners[:, 0]).sum(axis=1) - normals[:, 1] * rays[:, 1]
    exact = offset / np.where(np.abs(facing) < EDGE_ON, np.inf, facing)
    extent = np.hypot(corners[..., 0], corners[..., 2])
    inside = (exact > 0.9 * extent.min(axis=1)) & (exact < extent.max(axis=1) + EDGE_ON)
    return np.where(inside, exact, near)
