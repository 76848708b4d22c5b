"""The two buttons that make the scene the photo's and the artist's again, and what Create Face takes without them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest
from likeness.operators import scene_setup
from likeness.operators.scene_setup import has_photos_light, shows_photo
from likeness.result.folder import write_reconstruction
from likeness.scene.setup.photo import NEVER
from likeness.scene.setup.views import views_of_screen
from likeness.scene.state import faces_of, state_of
from synthetic import sheet_reconstruction

UseEngine = Callable[..., object]
RESOLUTION = (640, 480)


@pytest.fixture
def scene() -> bpy.types.Scene:
    """A scene with something of the artist's."""
    scene = bpy.context.scene
    scene.collection.objects.link(bpy.data.objects.new("Prop", None))
    scene.render.resolution_x, scene.render.resolution_y = RESOLUTION
    scene.world = bpy.data.worlds.new("Mine")
    return scene


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A result folder of a small sheet."""
    write_reconstruction(sheet_reconstruction(), tmp_path / "sheet.likeness")
    return tmp_path / "sheet.likeness"


def resolution(scene: bpy.types.Scene) -> tuple[int, int]:
    return scene.render.resolution_x, scene.render.resolution_y


def test_create_face_changes_nothing_but_what_it_adds(
    scene: bpy.types.Scene, use_engine: UseEngine, photo: Path
) -> None:
    use_engine()
    assert bpy.ops.likeness.create(filepath=str(photo)) == {"FINISHED"}
    assert (scene.camera, scene.world.name, resolution(scene)) == (None, "Mine", RESOLUTION)
    assert bpy.ops.likeness.create(filepath=str(photo), set_up="ALWAYS") == {"FINISHED"}
    face = next(face for face in faces_of(scene) if face.select_get())
    assert (scene.camera, scene.world) == (state_of(face).camera, state_of(face).world)


def test_the_remembered_choice_counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene_setup, "preferences", lambda context: SimpleNamespace(set_up=NEVER))
    bpy.ops.likeness.open_reconstruction(filepath=str(folder))
    assert bpy.context.scene.camera is None
    bpy.ops.likeness.open_reconstruction(filepath=str(folder), set_up="ALWAYS")
    assert bpy.context.scene.camera is not None


def test_the_camera_on_and_off(scene: bpy.types.Scene, folder: Path) -> None:
    bpy.ops.likeness.open_reconstruction(filepath=str(folder))
    (face,) = faces_of(scene)
    assert not shows_photo(bpy.context)
    assert bpy.ops.likeness.photo_camera() == {"FINISHED"}
    assert shows_photo(bpy.context)
    assert scene.camera == state_of(face).camera
    assert resolution(scene) == sheet_reconstruction().image_size
    assert scene.world.name == "Mine"
    assert bpy.ops.likeness.photo_camera() == {"FINISHED"}
    assert not shows_photo(bpy.context)
    assert (scene.camera, resolution(scene)) == (None, RESOLUTION)


def test_who_has_turned_away_looks_through_it_again(scene: bpy.types.Scene, folder: Path) -> None:
    bpy.ops.likeness.open_reconstruction(filepath=str(folder))
    bpy.ops.likeness.photo_camera()
    (view,) = views_of_screen(bpy.context)
    view.region_3d.view_perspective = "PERSP"
    assert not shows_photo(bpy.context)
    bpy.ops.likeness.photo_camera()
    assert view.region_3d.view_perspective == "CAMERA"
    bpy.ops.likeness.photo_camera()
    assert view.region_3d.view_perspective == "PERSP"
    assert resolution(scene) == RESOLUTION


def test_the_light_on_and_off(scene: bpy.types.Scene, folder: Path) -> None:
    bpy.ops.likeness.open_reconstruction(filepath=str(folder))
    (face,) = faces_of(scene)
    assert bpy.ops.likeness.use_light() == {"FINISHED"}
    assert has_photos_light(bpy.context)
    assert scene.world == state_of(face).world
    assert scene.camera is None
    assert not state_of(face).sun.hide_render
    assert bpy.ops.likeness.use_light() == {"FINISHED"}
    assert scene.world.name == "Mine"
    assert state_of(face).sun.hide_render


@pytest.mark.parametrize("press", ["studio_light", "match_photo_light"])
def test_a_light_that_is_chosen_is_given_back_as_well(scene: bpy.types.Scene, folder: Path, press: str) -> None:
    bpy.ops.likeness.open_reconstruction(filepath=str(folder))
    getattr(bpy.ops.likeness, press)()
    assert has_photos_light(bpy.context)
    bpy.ops.likeness.use_light()
    assert scene.world.name == "Mine"
    assert not scene.world.use_fake_user


def test_without_a_face_what_it_took_can_still_be_given_back(scene: bpy.types.Scene, folder: Path) -> None:
    for operator in (bpy.ops.likeness.photo_camera, bpy.ops.likeness.use_light):
        assert not operator.poll()
    bpy.ops.likeness.open_reconstruction(filepath=str(folder), set_up="ALWAYS")
    (face,) = faces_of(scene)
    bpy.data.batch_remove([face.parent, state_of(face).camera, state_of(face).sun, face])
    assert bpy.ops.likeness.photo_camera() == {"FINISHED"}
    assert bpy.ops.likeness.use_light() == {"FINISHED"}
    assert (scene.world.name, resolution(scene)) == ("Mine", RESOLUTION)
    for operator in (bpy.ops.likeness.photo_camera, bpy.ops.likeness.use_light):
        assert not operator.poll()


def test_a_camera_that_is_gone_is_told(scene: bpy.types.Scene, folder: Path) -> None:
    bpy.ops.likeness.open_reconstruction(filepath=str(folder))
    (face,) = faces_of(scene)
    bpy.data.objects.remove(state_of(face).camera)
    assert not bpy.ops.likeness.photo_camera.poll()
    assert bpy.ops.likeness.use_light.poll()
