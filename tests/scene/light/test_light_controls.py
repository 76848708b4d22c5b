"""Strength, rotation and warmth of a face's light: what they do to pictures, and that they outlive the extension."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from likeness.scene import state
from likeness.scene.building.build import build_face
from likeness.scene.light.lighting import light_face, match_photo, photo_light, use_light
from likeness.scene.light.sh_light import LUMINANCE, radiance, split_sun
from likeness.scene.light.sky import LIGHT_GROUP, light_node, warmth_gains
from likeness.scene.light.studio_light import STUDIO_LIGHTS, studio_light
from likeness.scene.state import faces_of, state_of
from rendered import light_alone, matte_sphere, orbit, panorama, panorama_directions, render, uncover
from synthetic import side_light

SIZE = (24, 24)


def lit_sphere() -> tuple[bpy.types.World, bpy.types.Object]:
    """World and sun of a light from the side, on a matte sphere."""
    world, sun = light_alone(split_sun(side_light()))
    matte_sphere()
    return world, sun


def turn(world: bpy.types.World, **controls: float) -> None:
    for name, value in controls.items():
        light_node(world).inputs[name].default_value = value


def sun_of(face: bpy.types.Object) -> tuple[np.ndarray, np.ndarray]:
    """Irradiance (3,) of a face's sun and the way it shines (3,), as the depsgraph has them."""
    bpy.context.view_layer.update()
    sun = state_of(face).sun.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return sun.data.energy * np.array(sun.data.color), np.array(sun.matrix_world)[:3, :3] @ [0, 0, -1]


def values(face: bpy.types.Object) -> list[float]:
    """All numbers of a face's light."""
    inputs = light_node(state_of(face).world).inputs
    numbers = [np.ravel(socket.default_value) for socket in inputs]
    return [*np.concatenate(numbers).tolist(), *state_of(face).sun.rotation_euler, state_of(face).sun.data.angle]


def test_strength_doubles_the_radiance(tmp_path: Path) -> None:
    world, _ = lit_sphere()
    single = render(tmp_path / "1.exr", orbit(0.0), SIZE, samples=4)[..., :3]
    turn(world, Strength=2.0)
    double = render(tmp_path / "2.exr", orbit(0.0), SIZE, samples=4)[..., :3]
    assert single.max() > 0.1
    np.testing.assert_allclose(double, 2.0 * single, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("degrees", [90.0, 180.0, -60.0])
def test_turning_the_light_is_turning_the_camera_back(tmp_path: Path, degrees: float) -> None:
    angle = np.radians(degrees)
    world, _ = lit_sphere()
    expected = render(tmp_path / "camera.exr", orbit(-angle), SIZE, samples=64)[..., :3]
    unturned = render(tmp_path / "front.exr", orbit(0.0), SIZE, samples=64)[..., :3]
    turn(world, Rotation=angle)
    found = render(tmp_path / "light.exr", orbit(0.0), SIZE, samples=64)[..., :3]
    apart = np.abs(unturned - expected).mean()
    assert np.abs(found - expected).mean() < 0.05 * apart


def test_a_turned_warm_sky_is_the_formula(tmp_path: Path) -> None:
    split = split_sun(side_light())
    world, _ = light_alone(split)
    uncover(world)
    turn(world, Rotation=np.radians(70.0), Warmth=0.8, Strength=1.5)
    width, height = 32, 16
    found = render(tmp_path / "sky.exr", panorama(), (width, height), samples=64)[..., :3]
    directions = panorama_directions(4 * width, 4 * height)
    # A positive rotation turns the light from Blender's X to Y: in the view frame from x to -z.
    c, s = np.cos(np.radians(70.0)), np.sin(np.radians(70.0))
    back = np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]])
    exact = 1.5 * warmth_gains(0.8) * radiance(directions @ back.T, split.sky)
    expected = exact.reshape(height, 4, width, 4, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(found, expected, atol=0.02 * expected.max())


@pytest.mark.parametrize("warmth", [-1.0, -0.5, 0.0, 0.5, 1.0])
def test_warmth_keeps_the_luminance_of_white(warmth: float) -> None:
    gains = warmth_gains(warmth)
    assert gains @ LUMINANCE == pytest.approx(1.0)
    assert np.sign(np.round(gains[0] - gains[2], 9)) == np.sign(warmth)


def test_the_sun_follows_the_controls(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    irradiance, shines = sun_of(face)
    turn(state_of(face).world, Strength=3.0, Warmth=-0.7, Rotation=np.pi / 2)
    found, turned = sun_of(face)
    np.testing.assert_allclose(found, 3.0 * irradiance * warmth_gains(-0.7), rtol=1e-5)
    np.testing.assert_allclose(turned, [-shines[1], shines[0], shines[2]], atol=1e-6)


def test_drivers_run_without_permission(sheet_folder: Path) -> None:
    sun = state_of(build_face(sheet_folder)).sun
    drivers = [curve.driver for owner in (sun, sun.data) for curve in owner.animation_data.drivers]
    assert len(drivers) == 5
    assert all(driver.is_simple_expression and driver.is_valid for driver in drivers)


def test_a_saved_light_animates_without_the_extension(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    irradiance, _ = sun_of(face)
    strength = light_node(state_of(face).world).inputs["Strength"]
    for frame, value in ((1, 1.0), (11, 3.0)):
        strength.default_value = value
        strength.keyframe_insert("default_value", frame=frame)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "lit.blend"))
    state.unregister()
    try:
        bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "lit.blend"))
        bpy.context.scene.frame_set(11)
        (sun,) = [item for item in bpy.data.objects if item.type == "LIGHT"]
        sun = sun.evaluated_get(bpy.context.evaluated_depsgraph_get())
        np.testing.assert_allclose(sun.data.energy * np.array(sun.data.color), 3.0 * irradiance, rtol=1e-5)
    finally:
        state.register()


def test_match_photo_restores_exactly(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    before = values(face)
    np.testing.assert_allclose(photo_light(face), side_light(), rtol=1e-6)
    turn(state_of(face).world, Strength=0.2, Rotation=1.0, Warmth=-1.0)
    light_node(state_of(face).world).inputs["xz"].default_value = (9.0, 9.0, 9.0)
    state_of(face).sun.rotation_euler.x += 1.0
    assert values(face) != before
    match_photo(face)
    assert values(face) == before


def test_faces_have_lights_of_their_own(sheet_folder: Path) -> None:
    first, second = build_face(sheet_folder), build_face(sheet_folder)
    before, shining = values(second), sun_of(second)
    turn(state_of(first).world, Strength=4.0, Warmth=1.0, Rotation=2.0)
    assert values(second) == before
    np.testing.assert_array_equal(sun_of(second), shining)
    assert len([group for group in bpy.data.node_groups if group.name.startswith(LIGHT_GROUP)]) == 1
    scene = bpy.context.scene
    use_light(scene, first)
    assert scene.world == state_of(first).world
    assert [state_of(face).sun.hide_render for face in faces_of(scene)] == [False, True]


def test_a_deleted_light_is_made_again(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    before = values(face)
    bpy.data.worlds.remove(state_of(face).world)
    bpy.data.objects.remove(state_of(face).sun)
    match_photo(face)
    assert values(face) == before
    assert state_of(face).sun.name in bpy.context.scene.objects


def test_the_light_of_another_version_gives_way(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    irradiance, _ = sun_of(face)
    memory = state_of(face)
    bpy.data.node_groups.remove(bpy.data.node_groups[LIGHT_GROUP])
    other = bpy.data.node_groups.new(LIGHT_GROUP, "ShaderNodeTree")
    other.interface.new_socket("1", in_out="INPUT", socket_type="NodeSocketVector")
    memory.world.node_tree.nodes[LIGHT_GROUP].node_tree = other
    assert light_node(memory.world) is None
    light_face(face, split_sun(side_light()))
    assert light_node(memory.world).node_tree != other
    np.testing.assert_allclose(sun_of(face)[0], irradiance, rtol=1e-5)


def test_a_duplicate_with_its_sun_gets_a_sky_of_its_own(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    before = values(face)
    state_of(face).sun.select_set(True)
    bpy.ops.object.duplicate()
    copy = next(other for other in faces_of(bpy.context.scene) if other != face)
    light_face(copy, studio_light(STUDIO_LIGHTS["RIM"]))
    assert values(face) == before != values(copy)
    turn(state_of(face).world, Strength=0.0)
    assert sun_of(face)[0].max() == 0.0
    assert sun_of(copy)[0].max() > 1.0
