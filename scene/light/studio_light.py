"""Lights of a portrait studio, each a sun and a sky of spherical harmonics, so that the same controls move them.

Angles are degrees as seen by the camera: azimuth to the subject's left (picture right), elevation above the eyes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .sh_light import SH_CONSTANTS, TRANSFER, SplitLight, sh_basis

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Lamp:
    """A lamp far away: where it stands, and what a white surface that faces it reflects (linear RGB)."""

    azimuth: float
    elevation: float
    colour: Colour


@dataclass(frozen=True)
class StudioLight:
    """A key light as the sun, broad fills and an even ambient light as the sky."""

    name: str
    description: str
    key: Lamp
    key_angle: float  # how wide the key light is, degrees: its softness
    fills: tuple[Lamp, ...]
    ambient: Colour  # what a white surface reflects wherever it faces


WARM, NEUTRAL, COOL = (1.08, 0.99, 0.88), (1.0, 1.0, 1.0), (0.93, 1.0, 1.1)


def _grey(value: float, tint: Colour = NEUTRAL) -> Colour:
    red, green, blue = tint
    return value * red, value * green, value * blue


STUDIO_LIGHTS = {
    "SOFT_FRONT": StudioLight(
        "Soft Front", "A large softbox above the camera: gentle, flattering, few shadows",
        Lamp(12, 28, _grey(0.85)), 70, (Lamp(-20, 0, _grey(0.2)),), _grey(0.15),
    ),
    "REMBRANDT": StudioLight(
        "Rembrandt", "A key light high on one side; a triangle of light on the far cheek",
        Lamp(60, 38, _grey(1.5, WARM)), 12, (Lamp(-30, 0, _grey(0.1, COOL)),), _grey(0.03, COOL),
    ),
    "BUTTERFLY": StudioLight(
        "Butterfly", "A beauty dish high above the camera, a reflector below: cheekbones, a small nose shadow",
        Lamp(0, 50, _grey(1.25)), 15, (Lamp(0, -40, _grey(0.3)),), _grey(0.08),
    ),
    "SPLIT": StudioLight(
        "Split", "A hard light from the side: one half of the face lit, the other dark",
        Lamp(88, 8, _grey(1.4)), 8, (), _grey(0.03, COOL),
    ),
    "RIM": StudioLight(
        "Rim", "Lights from behind on both sides draw the outline; the front stays dim",
        Lamp(152, 20, _grey(1.6)), 10, (Lamp(-125, 10, _grey(0.7, COOL)),), _grey(0.06),
    ),
    "OVERCAST": StudioLight(
        "Overcast", "A cloudy sky: cool, even light from above without shadow edges",
        Lamp(0, 70, _grey(0.45, COOL)), 120, (Lamp(0, 50, _grey(0.5, COOL)),), _grey(0.25, COOL),
    ),
}  # fmt: skip

# A fill is a lamp blurred by a cosine: harmonics of order 2 make any narrower one glow from behind too. Shading blurs
# it once more; what a surface that faces it then reflects, for one unit of irradiance.
FILL_FACING = float(np.sum((2 * np.array([0, 1, 2]) + 1) * TRANSFER[[0, 1, 4]] ** 2) / (4 * np.pi))


def studio_light(preset: StudioLight) -> SplitLight:
    """The numbers of a preset, in the view frame."""
    sky = np.zeros((9, 3))
    sky[0] = np.array(preset.ambient) / SH_CONSTANTS[0]
    for fill in preset.fills:
        blurred = TRANSFER**2 * sh_basis(_direction(fill))
        sky += blurred[:, None] * np.array(fill.colour) / FILL_FACING
    irradiance = np.pi * np.array(preset.key.colour)
    return SplitLight(_direction(preset.key), irradiance, sky, np.radians(preset.key_angle))


def _direction(lamp: Lamp) -> np.ndarray:
    azimuth, elevation = np.radians([lamp.azimuth, lamp.elevation])
    across, up = np.cos(elevation), np.sin(elevation)
    return np.array([across * np.sin(azimuth), up, across * np.cos(azimuth)])
