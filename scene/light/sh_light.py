"""The recovered light as numbers (numpy only): its sun, and what is left for the sky.

A light is (9, 3) linear RGB shading coefficients in the view frame (docs/conventions.md). A sun of irradiance E from
direction d shades a surface by E / pi max(0, n.d); projected to order 2 that is E T_k Y_k(d), with the transfer
T = 1, 2/3, 1/4 per band (Ramamoorthi and Hanrahan 2001), so its radiance coefficients are E Y_k(d).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...geometry.arrays import Floats
from ...geometry.colour import LUMINANCE

# Normalisation of Y_k, in the order 1; y, z, x; xy, yz, 3z2-1, xz, x2-y2 ...
SH_CONSTANTS = np.array([
    0.5 / math.sqrt(math.pi),
    *[math.sqrt(3.0 / (4.0 * math.pi))] * 3,
    *[math.sqrt(15.0 / (4.0 * math.pi))] * 2,
    math.sqrt(5.0 / (16.0 * math.pi)),
    math.sqrt(15.0 / (4.0 * math.pi)),
    math.sqrt(15.0 / (16.0 * math.pi)),
])  # fmt: skip
# ... and what turns radiance coefficients into shading coefficients.
TRANSFER = np.array([1.0, *[2.0 / 3.0] * 3, *[0.25] * 5])
# An order-2 light says nothing finer about the size of its source; a broad sun gives soft, plausible shadows.
SUN_ANGLE = math.radians(15.0)


@dataclass(frozen=True)
class SplitLight:
    """A light as a sun and a sky whose sum shades like the whole."""

    direction: Floats  # (3,) unit vector towards the sun, view frame
    irradiance: Floats  # (3,) linear RGB of the sun, W/m2 on a surface that faces it
    sky: Floats  # (9, 3) shading coefficients of the rest
    angle: float = SUN_ANGLE  # how wide the sun is, radians


def sh_basis(directions: Floats) -> Floats:
    """Unit vectors (..., 3) in the view frame -> the nine real spherical harmonics (..., 9)."""
    x, y, z = np.moveaxis(directions, -1, 0)
    terms: Floats = np.stack([np.ones_like(x), y, z, x, x * y, y * z, 3.0 * z * z - 1.0, x * z, x * x - y * y], axis=-1)
    return SH_CONSTANTS * terms


def radiance(directions: Floats, shading: Floats) -> Floats:
    """What the sky sends from unit directions (..., 3): linear RGB (..., 3), never negative."""
    return np.maximum(sh_basis(directions) @ (shading / TRANSFER[:, None]), 0.0)


def turn_light(light: Floats, rotation: Floats) -> Floats:
    """The light (9, 3) that sends towards ``rotation @ d`` what ``light`` sends towards d."""
    directions = np.random.default_rng(0).normal(size=(32, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    # A turned light of order 2 is one of order 2 again: 32 directions give its nine terms exactly.
    return np.linalg.lstsq(sh_basis(directions @ rotation.T), sh_basis(directions) @ light, rcond=None)[0]


def split_sun(light: Floats) -> SplitLight:
    """Take the strongest sun out of a light (9, 3), as much of it as bands 1 and 2 explain and band 0 can spare.

    Band 0 is left out of the fit: it holds the ambient light, which is no sun (Sloan 2008, Stupid SH Tricks).
    """
    linear = light[[3, 1, 2]] @ LUMINANCE
    length = float(np.linalg.norm(linear))
    if length < 1e-6:
        return SplitLight(np.array([0.0, 0.0, 1.0]), np.zeros(3), light)
    direction = linear / length
    basis = sh_basis(direction)
    explained = basis[1:] @ (light / TRANSFER[:, None])[1:] / (basis[1:] @ basis[1:])
    irradiance = np.clip(explained, 0.0, np.maximum(light[0] / basis[0], 0.0))
    sky = light - TRANSFER[:, None] * basis[:, None] * irradiance
    return SplitLight(direction, irradiance, sky)
