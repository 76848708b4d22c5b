"""Rendered light against the formulas: the sky's radiance, and how sun and sky shade a matte sphere together."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from likeness.scene.axes import to_blender
from likeness.scene.light.lighting import light_face
from likeness.scene.light.sh_light import radiance, sh_basis, split_sun
from likeness.scene.light.sky import BACKDROP, LIGHT_GROUP
from likeness.scene.state import state_of
from rendered import EEVEE, light_alone, matte_sphere, orbit, panorama, panorama_directions, render, uncover
from synthetic import side_light


def test_the_sky_is_the_formula(tmp_path: Path) -> None:
    """An equirectangular picture of the sky shows the radiance of every direction, black where it is negative."""
    light = side_light() * 0.5
    light[1] = 2.5  # from above, so strongly that the order-2 sky would be negative below
    world, _ = light_alone(split_sun(light))
    uncover(world)
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


@pytest.mark.parametrize("engine", ["CYCLES", EEVEE])
def test_the_sky_lights_and_the_camera_sees_grey(tmp_path: Path, engine: str) -> None:
    world, _ = light_alone(split_sun(side_light()))
    matte_sphere()
    bpy.context.scene.render.film_transparent = False
    found = render(tmp_path / "grey.exr", orbit(0.0), (24, 24), samples=16, engine=engine)
    np.testing.assert_allclose(found[0, 0], BACKDROP, atol=1e-3)  # a corner of the picture, beside the sphere
    uncover(world)
    seen = render(tmp_path / "sky.exr", orbit(0.0), (24, 24), samples=16, engine=engine)
    assert np.ptp(seen[0, 0, :3]) > 0.02  # the sky itself is coloured there
    np.testing.assert_allclose(found[8:16, 8:16], seen[8:16, 8:16], rtol=0.05, atol=1e-3)


def test_the_sky_of_an_earlier_version_is_taken_from_the_cameras_sight() -> None:
    world, _ = light_alone(split_sun(side_light()))
    uncover(world)
    nodes = world.node_tree.nodes
    for node in [node for node in nodes if node.type in ("LIGHT_PATH", "MIX_SHADER")]:
        nodes.remove(node)
    nodes.remove(next(node for node in nodes if node.type == "BACKGROUND" and not node.inputs["Color"].is_linked))
    face = bpy.data.objects["Test"]
    light_face(face, split_sun(side_light()))
    assert state_of(face).world == world
    assert "LIGHT_PATH" in {node.type for node in nodes}
    assert nodes[LIGHT_GROUP].outputs["Radiance"].is_linked
    sky = nodes.new("ShaderNodeTexSky")  # the artist's own wiring is let be
    nodes.remove(next(node for node in nodes if node.type == "LIGHT_PATH"))
    light_face(face, split_sun(side_light()))
    assert sky in list(nodes)
