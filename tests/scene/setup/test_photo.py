"""A face comes into an artist's scene as a guest, and what its photo takes it gives back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from evaluated import base_vertices, pixels
from gui.inside.snapshot import differences, settings
from likeness.result.folder import read_reconstruction
from likeness.scene.building.build import build_face
from likeness.scene.setup import views
from likeness.scene.setup.memory import memory_of
from likeness.scene.setup.photo import (
    ALWAYS,
    NEVER,
    give_light_back,
    is_lit_by,
    is_looked_through,
    light_as_photo,
    look_away,
    look_through,
)
from likeness.scene.state import active_face, state_of
from synthetic import posed_points, project

CURSOR = (1.5, -2.0, 0.75)


@pytest.fixture
def studio() -> bpy.types.Scene:
    """A scene that somebody has worked on: nothing in it is as in Blender's startup file."""
    bpy.ops.wm.read_homefile(use_factory_startup=True)
    scene = bpy.context.scene
    bpy.data.objects["Cube"].location.x = 1.0
    scene.world.name = "My Sky"
    fill = bpy.data.objects.new("Fill", bpy.data.lights.new("Fill", "AREA"))
    scene.collection.objects.link(fill)
    fill.hide_render = True
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 1234, 765, 50
    scene.render.pixel_aspect_x = 1.25
    scene.view_settings.view_transform, scene.view_settings.look = "AgX", "AgX - Punchy"
    scene.view_settings.exposure, scene.view_settings.gamma = 0.7, 1.1
    scene.cursor.location, scene.cursor.rotation_euler = CURSOR, (0.5, 0.6, 0.7)
    (view,) = shown()
    view.region_3d.view_rotation, view.region_3d.view_distance = (0.8, 0.6, 0.0, 0.0), 3.25
    view.shading.use_scene_lights = False
    return scene


def shown() -> list[bpy.types.SpaceView3D]:
    return views.views_of_screen(bpy.context)


def everything() -> dict[str, Any]:
    """The scene's settings, what its objects are like, and what the view shows."""
    scene = bpy.context.scene
    bpy.context.view_layer.update()
    found = settings(scene)
    for item in scene.objects:
        state = item.hide_viewport, item.hide_render, tuple(map(tuple, item.matrix_world))
        if item.name in ("Camera", "Cube", "Light", "Fill"):
            found[item.name] = state
    for view in shown():
        found |= settings(view.shading, "shading.")
        for name in ("view_perspective", "view_location", "view_rotation", "view_distance"):
            value = getattr(view.region_3d, name)
            found[name] = value if isinstance(value, str | float) else tuple(value)
    return found


def put_all_on(scene: bpy.types.Scene, face: bpy.types.Object) -> None:
    look_through(scene, face, shown())
    light_as_photo(scene, face, shown())


def test_a_scene_stays_as_it_is(studio: bpy.types.Scene, sheet_folder: Path) -> None:
    before = everything()
    face = build_face(sheet_folder)
    assert not differences(before, everything())
    assert active_face(bpy.context) == face
    assert bpy.context.selected_objects == [face]
    assert state_of(face).sun.hide_render
    assert state_of(face).sun.hide_viewport


def test_the_face_stands_upright_at_the_cursor(studio: bpy.types.Scene, sheet_folder: Path) -> None:
    rig = build_face(sheet_folder).parent
    bpy.context.view_layer.update()
    np.testing.assert_allclose(rig.matrix_world, [[1, 0, 0, 1.5], [0, 1, 0, -2], [0, 0, 1, 0.75], [0, 0, 0, 1]])
    second = build_face(sheet_folder).parent
    np.testing.assert_allclose(second.location, (1.85, -2.0, 0.75), rtol=1e-6)
    studio.cursor.location.z += 1.0
    np.testing.assert_allclose(build_face(sheet_folder).parent.location, (1.5, -2.0, 1.75), rtol=1e-6)


@pytest.mark.parametrize("first", ["camera", "light"])
def test_camera_and_light_give_back_all_they_took(studio: bpy.types.Scene, sheet_folder: Path, first: str) -> None:
    face = build_face(sheet_folder)
    before = everything()
    put_all_on(studio, face)
    assert is_looked_through(studio, face)
    assert is_lit_by(studio, face)
    assert (studio.render.resolution_x, studio.view_settings.view_transform) == (64, "Standard")
    (view,) = shown()
    assert (view.region_3d.view_perspective, view.shading.type) == ("CAMERA", "MATERIAL")
    lit = [item.name for item in studio.objects if item.type == "LIGHT" and not item.hide_render]
    assert lit == [state_of(face).sun.name]
    give = [look_away, give_light_back]
    for step in give if first == "camera" else give[::-1]:
        step(studio)
    assert not differences(before, everything())
    assert state_of(face).sun.hide_render


def test_they_do_after_saving_and_opening(studio: bpy.types.Scene, sheet_folder: Path, tmp_path: Path) -> None:
    before = everything()
    face = build_face(sheet_folder, "Ada", ALWAYS)
    assert is_looked_through(studio, face)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "file.blend"))
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    views._file_is_new("")  # the add-on's handlers are not at work here
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "file.blend"))
    views._file_is_new("")
    scene = bpy.context.scene
    assert is_lit_by(scene, bpy.data.objects["Ada"])
    look_away(scene)
    give_light_back(scene)
    assert not differences(before, everything())


def test_each_time_anew(studio: bpy.types.Scene, sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    put_all_on(studio, face)
    look_away(studio)
    give_light_back(studio)
    studio.render.resolution_x = 999
    studio.world = bpy.data.worlds.new("Other Sky")
    before = everything()
    put_all_on(studio, face)
    put_all_on(studio, face)  # again is no other before
    look_away(studio)
    give_light_back(studio)
    assert not differences(before, everything())


def test_from_face_to_face_and_back_to_the_artists_own(studio: bpy.types.Scene, sheet_folder: Path) -> None:
    first, second = build_face(sheet_folder), build_face(sheet_folder)
    before = everything()
    put_all_on(studio, first)
    put_all_on(studio, second)
    assert is_looked_through(studio, second)
    assert not is_lit_by(studio, first)
    assert [state_of(face).sun.hide_render for face in (first, second)] == [True, False]
    look_away(studio)
    give_light_back(studio)
    assert not differences(before, everything())


def test_what_was_changed_meanwhile_is_the_artists(studio: bpy.types.Scene, sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    put_all_on(studio, face)
    own = bpy.data.objects["Camera"]
    studio.camera, studio.world = own, bpy.data.worlds.new("New")
    studio.render.resolution_x = 321
    bpy.data.objects["Fill"].hide_render = False
    (view,) = shown()
    view.region_3d.view_perspective, view.shading.type = "PERSP", "RENDERED"
    look_away(studio)
    give_light_back(studio)
    assert (studio.camera, studio.world.name, studio.render.resolution_x) == (own, "New", 321)
    assert studio.render.resolution_y == 765
    assert not bpy.data.objects["Fill"].hide_render
    assert not bpy.data.objects["Light"].hide_render
    assert view.shading.type == "RENDERED"
    assert not view.shading.use_scene_lights


def test_a_camera_that_was_deleted_meanwhile(studio: bpy.types.Scene, sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    put_all_on(studio, face)
    bpy.data.objects.remove(bpy.data.objects["Camera"])
    bpy.data.objects.remove(bpy.data.objects["Light"])
    look_away(studio)
    give_light_back(studio)
    assert studio.camera is None
    assert studio.world.name == "My Sky"


def test_the_face_was_deleted_meanwhile(studio: bpy.types.Scene, sheet_folder: Path) -> None:
    before = everything()
    face = build_face(sheet_folder, choice=ALWAYS)
    bpy.data.batch_remove([face.parent, state_of(face).camera, state_of(face).sun, state_of(face).world, face])
    look_away(studio)
    give_light_back(studio)
    assert not differences(before, everything())


def test_wherever_the_rig_is_put_its_camera_sees_the_photos_pixels(studio: bpy.types.Scene, sheet_folder: Path) -> None:
    reconstruction = read_reconstruction(sheet_folder)
    face = build_face(sheet_folder)
    rig = face.parent
    rig.location, rig.rotation_euler, rig.scale = (0.3, 4.0, -1.0), (0.1, 0.2, 2.0), (3.0, 3.0, 3.0)
    look_through(studio, face, shown())
    expected = project(reconstruction, posed_points(reconstruction))
    np.testing.assert_allclose(pixels(studio, base_vertices(face)), expected, atol=0.02)


def test_the_choice(studio: bpy.types.Scene, sheet_folder: Path) -> None:
    face = build_face(sheet_folder, choice=ALWAYS)
    assert is_looked_through(studio, face)
    assert "Cube" in studio.objects
    assert not is_looked_through(studio, build_face(sheet_folder))  # the artist's cube stands there
    bpy.ops.wm.read_homefile(use_factory_startup=True)
    face = build_face(sheet_folder, choice=NEVER)
    assert not is_looked_through(bpy.context.scene, face)
    assert "Cube" in bpy.context.scene.objects


@pytest.mark.parametrize("empty", [True, False])
def test_an_empty_file_is_set_up(sheet_folder: Path, empty: bool) -> None:
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=empty)
    scene = bpy.context.scene
    before = everything()
    first = build_face(sheet_folder)
    assert is_looked_through(scene, first)
    second = build_face(sheet_folder)  # nothing but faces, seen by a photo's camera
    assert is_looked_through(scene, second)
    assert is_lit_by(scene, second)
    look_away(scene)
    third = build_face(sheet_folder)
    assert not is_looked_through(scene, third)
    give_light_back(scene)
    left = differences(before, everything())
    assert set(left) <= {"camera", "Cube", "Light", "Camera"}  # Blender's startup objects made room


@pytest.mark.parametrize("name", ["Camera", "Light"])
def test_startup_objects_that_were_moved_are_somebodys(sheet_folder: Path, name: str) -> None:
    bpy.ops.wm.read_homefile(use_factory_startup=True)
    bpy.data.objects[name].location.x += 0.5
    face = build_face(sheet_folder)
    assert not is_lit_by(bpy.context.scene, face)
    assert name in bpy.data.objects


def test_a_file_of_an_earlier_version_remembers_nothing(studio: bpy.types.Scene, sheet_folder: Path) -> None:
    face = build_face(sheet_folder, choice=NEVER)
    studio.camera, studio.world = state_of(face).camera, state_of(face).world
    (view,) = shown()
    view.region_3d.view_perspective = "CAMERA"
    assert is_looked_through(studio, face)
    look_away(studio)
    give_light_back(studio)
    assert (studio.camera, studio.world) == (None, None)
    assert view.region_3d.view_perspective == "PERSP"
    put_all_on(studio, face)
    assert is_lit_by(studio, face)


def test_undone_views_follow_the_scene(studio: bpy.types.Scene, sheet_folder: Path) -> None:
    """As after undo, which gives the scene what it remembered and leaves the views alone."""
    face = build_face(sheet_folder)
    before = everything()
    nothing = memory_of(studio).views
    put_all_on(studio, face)
    both, memory_of(studio).views = memory_of(studio).views, nothing
    views.follow(studio)
    (view,) = shown()
    assert (view.region_3d.view_perspective, view.shading.type) == ("PERSP", "SOLID")
    assert everything()["view_rotation"] == before["view_rotation"]
    memory_of(studio).views = both
    views.follow(studio)
    assert (view.region_3d.view_perspective, view.shading.type) == ("CAMERA", "MATERIAL")


def test_what_a_scene_remembers_is_beside_its_sliders(studio: bpy.types.Scene, sheet_folder: Path) -> None:
    face = build_face(sheet_folder, choice=ALWAYS)
    studio.likeness.head_yaw = 0.3  # the sliders of the active face
    assert state_of(face).head_yaw == pytest.approx(0.3, abs=1e-4)
    assert is_looked_through(studio, face)
