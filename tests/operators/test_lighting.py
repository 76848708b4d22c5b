"""Match Photo, studio presets and whose light the scene has, from a script."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from likeness.result.folder import write_reconstruction
from likeness.scene.building.build import build_face
from likeness.scene.exporting.export import save_blend
from likeness.scene.light.sky import light_node
from likeness.scene.light.studio_light import STUDIO_LIGHTS, studio_light
from likeness.scene.state import state_of
from synthetic import sheet_reconstruction


@pytest.fixture
def face(tmp_path: Path) -> bpy.types.Object:
    """The face of a small sheet."""
    write_reconstruction(sheet_reconstruction(), tmp_path / "sheet.likeness")
    return build_face(tmp_path / "sheet.likeness")


@pytest.mark.parametrize("preset", STUDIO_LIGHTS)
def test_a_preset_and_back(face: bpy.types.Object, preset: str) -> None:
    inputs = light_node(state_of(face).world).inputs
    recovered = [np.ravel(socket.default_value).tolist() for socket in inputs]
    inputs["Warmth"].default_value = 0.5
    assert bpy.ops.likeness.studio_light(preset=preset) == {"FINISHED"}
    expected = studio_light(STUDIO_LIGHTS[preset])
    np.testing.assert_allclose(inputs["3z2-1"].default_value, expected.sky[6], rtol=1e-6)
    colour = np.array(inputs["Sun Color"].default_value[:3]) * inputs["Sun Strength"].default_value
    np.testing.assert_allclose(colour, expected.irradiance, rtol=1e-6)
    assert inputs["Warmth"].default_value == 0.0
    assert bpy.ops.likeness.match_photo_light() == {"FINISHED"}
    assert [np.ravel(socket.default_value).tolist() for socket in inputs] == recovered


def test_lighting_a_face_lights_the_scene_with_it(face: bpy.types.Object, tmp_path: Path) -> None:
    second = build_face(tmp_path / "sheet.likeness")
    scene = bpy.context.scene
    assert scene.world == state_of(second).world
    bpy.context.view_layer.objects.active = face
    bpy.ops.likeness.studio_light(preset="RIM")
    assert scene.world == state_of(face).world
    assert (state_of(face).sun.hide_render, state_of(second).sun.hide_render) == (False, True)
    bpy.context.view_layer.objects.active = second
    bpy.ops.likeness.use_light()
    assert scene.world == state_of(second).world


def test_without_a_face_nothing_can_be_lit() -> None:
    for operator in (bpy.ops.likeness.match_photo_light, bpy.ops.likeness.studio_light, bpy.ops.likeness.use_light):
        assert not operator.poll()


def test_an_unknown_photo_light_cannot_be_matched(face: bpy.types.Object) -> None:
    state_of(face).light = [0.0] * 27
    assert not bpy.ops.likeness.match_photo_light.poll()
    assert bpy.ops.likeness.studio_light.poll()


def test_the_light_of_a_linked_face_is_used_but_not_changed(face: bpy.types.Object, tmp_path: Path) -> None:
    name = face.name
    save_blend(tmp_path / "other.blend")
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "other.blend"), link=True) as (_, wanted):
        wanted.objects = [name]
    (linked,) = wanted.objects
    bpy.context.scene.collection.objects.link(linked)
    bpy.context.view_layer.objects.active = linked
    assert not bpy.ops.likeness.studio_light.poll()
    assert not bpy.ops.likeness.match_photo_light.poll()
    assert bpy.ops.likeness.use_light() == {"FINISHED"}
    assert bpy.context.scene.world == state_of(linked).world
