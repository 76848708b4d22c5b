"""Studio presets as numbers: enough light, none of it negative, from where their names say."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.scene.light.sh_light import LUMINANCE, SH_CONSTANTS, TRANSFER, sh_basis
from likeness.scene.light.studio_light import STUDIO_LIGHTS, Lamp, StudioLight, studio_light

BLACK = (0.0, 0.0, 0.0)
ANGLES = np.radians(np.arange(0, 360, 15))
NORMALS = np.array(
    [[np.cos(e) * np.sin(a), np.sin(e), np.cos(e) * np.cos(a)] for a in ANGLES for e in np.radians(range(-75, 90, 15))]
)


def reflected(name: str) -> np.ndarray:
    """Luminance (N,) that a matte white sphere reflects at NORMALS."""
    split = studio_light(STUDIO_LIGHTS[name])
    sun = np.maximum(NORMALS @ split.direction, 0.0)[:, None] * split.irradiance / np.pi
    return (sun + sh_basis(NORMALS) @ split.sky) @ LUMINANCE


@pytest.mark.parametrize("name", STUDIO_LIGHTS)
def test_a_preset_is_bright_and_never_negative(name: str) -> None:
    light = reflected(name)
    assert light.min() >= 0.0
    assert 0.8 < light.max() < 2.0
    split = studio_light(STUDIO_LIGHTS[name])
    sky = sh_basis(NORMALS) @ (split.sky / TRANSFER[:, None])
    assert sky.min() > -0.05 * reflected(name).max()  # hardly anything for the sky to clamp


def test_presets_come_from_where_they_say() -> None:
    front, left, right, above = (np.argmax(NORMALS @ way) for way in ([0, 0, 1], [1, 0, 0], [-1, 0, 0], [0, 1, 0.3]))
    shares = {name: reflected(name) / reflected(name).max() for name in STUDIO_LIGHTS}
    assert shares["SOFT_FRONT"][front] > 0.8
    assert shares["REMBRANDT"][left] > 4 * shares["REMBRANDT"][right]
    assert shares["BUTTERFLY"][left] == pytest.approx(shares["BUTTERFLY"][right])
    assert shares["SPLIT"][left] > 10 * shares["SPLIT"][right]
    assert shares["RIM"][front] < 0.2
    assert shares["OVERCAST"][above] > 2 * shares["OVERCAST"].min()


def test_a_surface_that_faces_a_fill_reflects_its_colour() -> None:
    fill = Lamp(30.0, 20.0, (0.5, 0.4, 0.3))
    key = Lamp(30.0, 20.0, BLACK)
    split = studio_light(StudioLight("Test", "", key, 5.0, (fill,), (0.1, 0.1, 0.1)))
    np.testing.assert_allclose(sh_basis(split.direction) @ split.sky, np.array(fill.colour) + 0.1)
    assert split.sky[0] @ LUMINANCE * SH_CONSTANTS[0] > 0.1
