"""Guide hairs of a short cut: where they root on the scalp and how they lie. Model axes, metres; NumPy alone.

Hair flows from the whorl of the crown over the head, forwards and aside on top, down at the sides and behind. What it
lies on is an ellipsoid through the scalp.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geometry.arrays import Floats, Ints
from ...geometry.smoothstep import smoothstep

POINTS = 8  # of a guide
WHORL = np.array([0.1, 0.72, -0.69])  # where it is, seen from the middle of the head
TOP, SIDE, RIM = 0.036, 0.013, 0.006  # metres: length on top, above the ears and behind, and at the hairline
SIDE_ENDS, TOP_BEGINS = 0.25, 0.75  # height between the lengths: of the way from the middle of the head to its top
LIFT, SIDE_LIFT = 1.0, 0.5  # how steeply hair leaves the skin on top and elsewhere: 1 is half upright
ASIDE = 0.55  # how much the hair on top is combed to the person's left
SWIRL, SWIRL_WIDTH = 0.6, 0.03  # how much it turns about the whorl, metres
UNEVEN, UNRULY = 0.12, 0.1  # spread of the guides' lengths and directions


@dataclass(frozen=True)
class Scalp:
    """The part of a head's mesh where hair grows."""

    corners: Floats  # (T, 3, 3) of its triangles
    corner_uv: Floats  # (T, 3, 2)
    density: Floats  # (T, 3) in [0, 1]

    def areas(self) -> Floats:
        """(T,) square metres on which hair is dense."""
        edges = self.corners[:, 1:] - self.corners[:, :1]
        return np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1) / 2 * self.density.mean(axis=1)


@dataclass(frozen=True)
class Guides:
    """Hairs and where they root."""

    points: Floats  # (N, POINTS, 3)
    uv: Floats  # (N, 2)


def guide_hairs(scalp: Scalp, count: int) -> Guides:
    """About evenly spread guides, always the same ones on the same head."""
    random = np.random.default_rng(0)
    roots, uv, density = _roots(scalp, count, random)
    middle, radii = _ellipsoid(scalp.corners[(scalp.density > 0.5).all(axis=1)].reshape(-1, 3))
    whorl = middle + radii * WHORL
    height = (roots - middle)[:, 1] / radii[1]
    on_top = smoothstep(SIDE_ENDS, TOP_BEGINS, height)
    length = (SIDE + (TOP - SIDE) * on_top) * density + RIM * (1.0 - density)
    length *= np.exp(UNEVEN * random.standard_normal(len(roots)))
    lift = SIDE_LIFT + (LIFT - SIDE_LIFT) * on_top
    wild = UNRULY * random.standard_normal(roots.shape)
    comb = wild + ASIDE * on_top[:, None] * np.array([1.0, 0.0, 0.0])
    points = [roots]
    for step in range(POINTS - 1):
        here = points[-1]
        normal = _unit((here - middle) / radii**2)
        away = here - whorl
        near = np.exp(-np.linalg.norm(away, axis=1) / SWIRL_WIDTH)[:, None]
        flow = _unit(away) + comb + SWIRL * near * np.cross(normal, _unit(away))
        along = _unit(flow - (flow * normal).sum(axis=1, keepdims=True) * normal)
        up = lift * (1.0 - step / (POINTS - 2))
        points.append(here + _unit(along + up[:, None] * normal) * length[:, None] / (POINTS - 1))
    return Guides(np.stack(points, axis=1), uv)


def _roots(scalp: Scalp, count: int, random: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Places (N, 3) on the scalp, their texture points (N, 2) and the density there (N,)."""
    summed = np.cumsum(scalp.areas())
    summed /= summed[-1]
    chosen: Ints = np.searchsorted(summed, (np.arange(count) + random.random(count)) / count)
    first, second = np.sqrt(random.random(len(chosen))), random.random(len(chosen))
    shares = np.stack([1.0 - first, first * (1.0 - second), first * second], axis=1)
    return tuple(  # pyright: ignore[reportReturnType]
        np.einsum("nk,nk...->n...", shares, values[chosen])
        for values in (scalp.corners, scalp.corner_uv, scalp.density)
    )


def _ellipsoid(points: Floats) -> tuple[Floats, Floats]:
    """Middle (3,) and radii (3,) of the upright ellipsoid, even from side to side, that lies best in points (N, 3)."""
    x, y, z = points.T
    across, up, forward, y0, z0 = np.linalg.lstsq(
        np.stack([x * x, y * y, z * z, -2 * y, -2 * z], axis=1), np.ones(len(points)), rcond=None
    )[0]
    middle = np.array([0.0, y0 / up, z0 / forward])
    level = 1.0 + y0**2 / up + z0**2 / forward
    return middle, np.sqrt(level / np.array([across, up, forward]))


def _unit(vectors: Floats) -> Floats:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
