"""Rendered light against the formulas: the sky's radiance, and how sun and sky shade a matte sphere together."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
from likeness.scene.axes import to_blender
from likeness.scene.light.sh_light import radiance, sh_basis, split_sun
from rendered import light_alone, matte_sphere, orbit, panorama, panorama_directions, render
from synthetic import side_light


def test_the_sky_is_the_formula(tmp_path: Path) -> None:
    """An equirectangular picture of the sky shows the radiance of every direction, black where it is negative."""
    light = side_light() * 0.5
    light[1] = 2.5  # from above, so strongly that the order-2 sky would be negative below
    light_alone(split_sun(light))
    width, height = 48, 24
    found = render(tmp_path / "sky.exr", panorama(), (width, height), samples=16)
    fine = panorama_directions(4 * width, 4 * height)
    exact = radiance(fine, split_sun(light).sky)
    expected = exact.reshape(height, 4, width, 4, 3).mean(axis=(1, 3))
    assert (expected == 0).any()
    np.testing.assert_allclose(found[..., :3], expected, atol=0.02 * expected.max())


def test_sun_and_sky_shade_like_the_coefficients(tmp_path: Path) -> None:
    """A matte white sphere under sun and sky shows sum(l_k Y_k(n)) where the sun reaches."""
    light = side_light()
    light_alone(split_sun(light))
    matte_sphere()
    size = 32
    found = render(tmp_path / "sphere.exr", orbit(0.0), (size, size), samples=64)
    x, y = np.meshgrid((np.arange(size) + 0.5) / size * 2 - 1, 1 - (np.arange(size) + 0.5) / size * 2)
    inside = x**2 + y**2 < 0.9
    normals = np.stack([x, y, np.sqrt(np.maximum(1 - x**2 - y**2, 0))], axis=-1)
    split = split_sun(light)
    lit = inside & (normals @ split.direction > 0.3)  # beyond, order 2 knows no shadow edge and dips below the sun's
    expected = 0.5 * (sh_basis(normals) @ light)
    error = found[..., :3][lit] / expected[lit] - 1
    assert abs(np.median(error)) < 0.03
    assert np.percentile(np.abs(error), 90) < 0.12


def test_the_sun_stands_where_the_light_comes_from() -> None:
    light = side_light()
    _, sun = light_alone(split_sun(light))
    bpy.context.view_layer.update()
    shines = np.array(sun.matrix_world)[:3, :3] @ [0, 0, -1]
    np.testing.assert_allclose(shines, -to_blender(split_sun(light).direction), atol=1e-6)
    np.testing.assert_allclose(np.array(sun.data.color) * sun.data.energy, split_sun(light).irradiance, rtol=1e-5)
