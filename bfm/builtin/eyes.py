"""Sizes and colours of eyes and mouths that every face has, whichever model it comes from.

Lengths in metres; colours linear RGB. An eyeball has a radius of 12 mm (Bekerman et al., J. Ophthalmol. 2014), an iris
is 11.8 mm across (Ruefer et al., Cornea 2005).
"""

from __future__ import annotations

import numpy as np

from ...geometry.arrays import Floats

RADIUS = 0.012
IRIS_RADIUS = 0.0059
PUPIL_RADIUS = 0.0019
CORNEA_BULGE = 0.0009  # above the sphere; on the Gullstrand eye's 7.8 mm cornea it is 0.9 mm as well
CORNEA_RADIUS = 0.0075  # off the axis, where it has run out into the sphere
# Distances from the optical axis of the rings of vertices on the front of an eyeball.
FRONT = (0.0010, 0.0018, 0.0021, 0.0031, 0.0042, 0.0052, 0.0057, 0.0062, 0.0074, 0.0090, 0.0105)

SCLERA, IRIS = np.array([0.70, 0.65, 0.61]), np.array([0.17, 0.095, 0.05])
LIMBUS, PUPIL = np.array([0.06, 0.035, 0.02]), np.array([0.006, 0.006, 0.006])
MOUTH_FRONT, MOUTH_BACK = np.array([0.20, 0.055, 0.050]), np.array([0.012, 0.003, 0.003])


def eyeball_surface(polar: Floats, around: Floats, radius: float = RADIUS) -> Floats:
    """Points (N, 3), metres, of an eyeball about the origin that looks to +Z: angles (N,) off its axis and round it."""
    off, forward = _outline(np.sin(polar), np.cos(polar), radius)
    return np.stack([off * np.cos(around), off * np.sin(around), forward], axis=-1)


def _outline(sine: Floats, cosine: Floats, radius: float) -> tuple[Floats, Floats]:
    """How far off the axis and how far forward the surface is at angles of these sines and cosines, metres."""
    off = radius * sine
    bulge = CORNEA_BULGE * np.maximum(1 - (off / CORNEA_RADIUS) ** 2, 0) ** 2 * (cosine > 0)
    return off, radius * cosine + bulge


def on_eyeball(directions: Floats, radius: float = RADIUS) -> Floats:
    """Points (..., 3), metres, of the surface of an eyeball about the origin in directions (..., 3)."""
    x, y, z = np.moveaxis(directions, -1, 0)
    return eyeball_surface(np.arctan2(np.hypot(x, y), z), np.arctan2(y, x), radius)


def height(points: Floats) -> Floats:
    """How far (...,) points (..., 3) about an eyeball's centre are outside it, metres: from `on_eyeball` outwards."""
    x, y, z = np.moveaxis(points, -1, 0)
    off_axis = x * x + y * y
    far = np.sqrt(off_axis + z * z)
    off, forward = _outline(np.sqrt(off_axis) / far, z / far, RADIUS)
    return far - np.sqrt(off * off + forward * forward)


def eye_color(vertices: Floats) -> Floats:
    """Albedo (V, 3) of an eyeball about the origin that looks to +Z."""
    off_axis = np.hypot(vertices[:, 0], vertices[:, 1])[:, None]
    ring = np.clip((off_axis - 0.6 * IRIS_RADIUS) / (0.4 * IRIS_RADIUS), 0, 1) ** 2
    color = np.where(off_axis > PUPIL_RADIUS, IRIS + (LIMBUS - IRIS) * ring, PUPIL)
    front = vertices[:, 2:] > 0
    return np.where(front & (off_axis < (FRONT[6] + FRONT[7]) / 2), color, SCLERA)
