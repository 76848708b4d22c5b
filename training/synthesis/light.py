"""Light on a picture of a known surface: a coloured surround, a lamp with its cast shadows, a weak one beside it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch

from ...geometry.arrays import Bools, Floats, Floats32
from ...inference.filters import blur
from ...inference.lighting import SH_TERMS, shade, uniform_light

_STEPS = 20  # of the way to the lamp on which something may stand
_REACH = 0.35  # of the picture's side, how far that way goes
_SLOPE = 1.5  # pixels of depth that a surface may be off before it shades itself
_NOTHING = -1e4  # pixels of nearness where no surface is
_GLOSS = 18.0  # exponent of skin's shine


@dataclass(frozen=True)
class RandomLight:
    """What lights a face, in the view frame."""

    surround: Floats32  # (9, 3) shading coefficients
    lamp: Floats32  # (3,) direction to it
    colour: Floats32  # (3,)
    soft: float  # share of the picture's side over which shadows end
    fill: Floats32  # (3,) direction of the lamp without shadows
    fill_colour: Floats32  # (3,)
    shine: float


def random_light(rng: np.random.Generator) -> RandomLight:
    """From overcast to a bare bulb from the side."""
    share = rng.beta(1.3, 1.3)  # of the lamp in all the light
    tints = np.exp(rng.normal(0.0, 0.12, (3, 1)) * np.array([1.0, 0.1, -1.0])).astype(np.float32)
    surround = uniform_light(1.0 - share, torch.zeros(1)).numpy()
    surround[1:] += rng.normal(0.0, 0.22, (SH_TERMS - 1, 1)) * (1.0 - share) * (np.arange(SH_TERMS - 1)[:, None] < 3)
    surround[4:] += rng.normal(0.0, 0.08, (SH_TERMS - 4, 1)) * (1.0 - share)
    return RandomLight(
        surround=(surround * tints[0]).astype(np.float32),
        lamp=_direction(rng, 75.0, (-5.0, 65.0)),
        colour=1.3 * share * tints[1],
        soft=float(rng.uniform(0.002, 0.02)),
        fill=_direction(rng, 90.0, (-30.0, 50.0)),
        fill_colour=float(rng.uniform(0.0, 0.3)) * tints[2],
        shine=float(rng.uniform(0.0, 0.12)),
    )


def _direction(rng: np.random.Generator, side: float, height: tuple[float, float]) -> Floats32:
    across, up = np.radians([rng.uniform(-side, side), rng.uniform(*height)])
    return np.array([np.sin(across) * np.cos(up), np.sin(up), np.cos(across) * np.cos(up)], np.float32)


def lit(albedo: Floats32, normals: Floats32, nearness: Floats32, seen: Bools, light: RandomLight) -> Floats32:
    """Linear RGB (H, W, 3) of a surface.

    Args:
        albedo: (H, W, 3) linear RGB.
        normals: (H, W, 3) view frame.
        nearness: (H, W) pixels toward the camera.
        seen: (H, W) where there is a surface.
        light: what falls on it.
    """
    open_sky = _occlusion(nearness, seen)
    shading = shade(torch.from_numpy(normals), torch.from_numpy(light.surround)).numpy().clip(0.0) * open_sky[..., None]
    shadow = 1.0 - blur(cast_shadow(nearness, seen, light.lamp), max(light.soft * len(seen), 0.3))
    for lamp, colour, free in ((light.lamp, light.colour, shadow), (light.fill, light.fill_colour, 1.0)):
        shading = shading + ((normals @ lamp).clip(0.0) * free)[..., None] * colour
    half = light.lamp + np.array([0.0, 0.0, 1.0], np.float32)
    gleam = (normals @ (half / np.linalg.norm(half))).clip(0.0) ** _GLOSS * shadow
    return (albedo * shading + light.shine * gleam[..., None] * light.colour).astype(np.float32)


def cast_shadow(nearness: Floats32, seen: Bools, lamp: Floats) -> Floats32:
    """(H, W) 1 where something stands between the surface and the lamp, whose direction is in the view frame."""
    side = len(seen)
    flat = float(np.hypot(lamp[0], lamp[1]))
    shaded = np.zeros(seen.shape, np.float32)
    if flat < 1e-3:
        return shaded
    heights = np.where(seen, nearness, _NOTHING).astype(np.float32)
    rise = float(lamp[2]) / flat  # pixels nearer for a pixel across
    for far in np.geomspace(1.5, _REACH * side, _STEPS):
        move = np.array([[1.0, 0.0, far * lamp[0] / flat], [0.0, 1.0, -far * lamp[1] / flat]], np.float32)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        above = np.asarray(cv2.warpAffine(heights, move, (side, side), flags=flags, borderValue=(_NOTHING,)))
        np.maximum(shaded, np.clip(above - heights - far * rise - _SLOPE, 0.0, 1.0), out=shaded)
    return shaded * seen


def _occlusion(nearness: Floats32, seen: Bools) -> Floats32:
    """(H, W) how much of the surround reaches a place: less where all round it is nearer."""
    weight = seen.astype(np.float32)
    result = np.ones_like(weight)
    for sigma in (0.012, 0.05):
        reach = sigma * len(seen)
        mean = blur(nearness * weight, reach) / np.maximum(blur(weight, reach), 1e-3)
        result *= np.clip(1.0 - 0.5 * np.maximum(mean - nearness, 0.0) / reach, 0.3, 1.0)
    return result
