"""A face is built wherever the user is: in another mode, without a world, beside what is hidden or linked."""

from __future__ import annotations

import itertools
from pathlib import Path

import bpy
import pytest
from likeness.errors import LikenessError
from likeness.scene import state
from likeness.scene.building.build import build_face
from likeness.scene.exporting.export import save_blend
from likeness.scene.state import active_face, state_of


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT", "POSE", "WEIGHT_PAINT"])
def test_from_another_mode(sheet_folder: Path, mode: str) -> None:
    first = build_face(sheet_folder)
    if mode == "POSE":
        bpy.context.view_layer.objects.active = first.parent
    bpy.ops.object.mode_set(mode=mode)
    second = build_face(sheet_folder)
    assert (first.mode, first.parent.mode, second.mode) == ("OBJECT",) * 3
    assert active_face(bpy.context) == second


def test_edits_made_in_edit_mode_are_kept(sheet_folder: Path) -> None:
    first = build_face(sheet_folder)
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.mesh.subdivide()
    build_face(sheet_folder)
    assert len(first.data.vertices) > 81


@pytest.mark.parametrize("how", ["exclude", "hide_viewport"])
def test_beside_a_hidden_active_collection(sheet_folder: Path, how: str) -> None:
    hidden = bpy.data.collections.new("Hidden")
    bpy.context.scene.collection.children.link(hidden)
    layer = bpy.context.view_layer.layer_collection.children["Hidden"]
    bpy.context.view_layer.active_layer_collection = layer
    setattr(layer, how, True)
    face = build_face(sheet_folder)
    assert face.visible_get()
    assert active_face(bpy.context) == face


def test_a_hidden_active_object_in_edit_mode(sheet_folder: Path) -> None:
    first = build_face(sheet_folder)
    bpy.ops.object.mode_set(mode="EDIT")
    first.hide_viewport = True
    second = build_face(sheet_folder)
    assert active_face(bpy.context) == second


def test_without_a_world(sheet_folder: Path) -> None:
    bpy.context.scene.world = None
    face = build_face(sheet_folder)
    assert bpy.context.scene.world == state_of(face).world


def test_the_users_world_is_kept(sheet_folder: Path, tmp_path: Path) -> None:
    bpy.ops.wm.read_factory_settings()
    bpy.data.objects["Cube"].location.x = 1.0
    bpy.context.scene.world.name = "My Sky"
    build_face(sheet_folder)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "file.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "file.blend"))
    assert "My Sky" in bpy.data.worlds


def test_a_linked_scene_is_told(sheet_folder: Path, tmp_path: Path) -> None:
    bpy.context.scene.name = "Theirs"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "other.blend"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "other.blend"), link=True) as (_, wanted):
        wanted.scenes = ["Theirs"]
    own = bpy.context.scene
    bpy.context.window.scene = wanted.scenes[0]
    with pytest.raises(LikenessError, match="linked"):
        build_face(sheet_folder)
    assert not bpy.data.objects
    bpy.context.window.scene = own
    assert build_face(sheet_folder).name in own.objects


def test_in_a_second_scene(sheet_folder: Path) -> None:
    first = build_face(sheet_folder)
    bpy.ops.scene.new(type="EMPTY")
    second = build_face(sheet_folder)
    assert active_face(bpy.context) == second
    assert first.name not in bpy.context.scene.objects
    assert second.parent.location.x == 0.0  # nobody else stands in this scene


def test_no_face_is_built_inside_another(sheet_folder: Path) -> None:
    first, second, third = (build_face(sheet_folder) for _ in range(3))
    second.parent.location.x += 0.1
    bpy.data.objects.remove(first)
    fourth, fifth = build_face(sheet_folder), build_face(sheet_folder)
    places = sorted(face.parent.location.x for face in (second, third, fourth, fifth))
    assert min(right - left for left, right in itertools.pairwise(places)) > 0.2
    assert fourth.parent.location.x == 0.0


def test_no_face_depends_on_a_linked_file(sheet_folder: Path, tmp_path: Path) -> None:
    build_face(sheet_folder, "Ada")
    save_blend(tmp_path / "other.blend")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "other.blend"), link=True) as (_, wanted):
        wanted.objects = ["Ada"]
    build_face(sheet_folder, "Eve")
    save_blend(tmp_path / "own.blend")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "own.blend"), link=False) as (_, wanted):
        wanted.objects = ["Eve"]
    assert {library.name for library in bpy.data.libraries} == {"own.blend"}


def test_an_object_that_means_no_face_costs_no_search(sheet_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_face(sheet_folder)
    prop = bpy.data.objects.new("Prop", None)
    bpy.context.scene.collection.objects.link(prop)
    bpy.context.view_layer.objects.active = prop
    monkeypatch.setattr(state, "faces_of", lambda scene: pytest.fail("Panels ask at every redraw."))
    assert active_face(bpy.context) is None
