"""Export operators as the file browser and scripts call them."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest
from busts import bust_reconstruction
from fbx_files import FbxFile
from likeness.operators.export import ExportOperator, levels_of, proposed_path
from likeness.result.choices import FBX_TARGETS
from likeness.result.folder import write_reconstruction
from likeness.scene.building.build import build_face
from likeness.scene.state import state_of
from synthetic import sheet_reconstruction

OPERATORS = {
    ".glb": "export_gltf",
    ".fbx": "export_fbx",
    ".obj": "export_obj",
    ".likeness": "export_folder",
}


@pytest.fixture
def face(tmp_path: Path) -> bpy.types.Object:
    """A face in the scene."""
    write_reconstruction(sheet_reconstruction(), tmp_path / "photo.likeness")
    return build_face(tmp_path / "photo.likeness", "Ada Ü")


@pytest.mark.parametrize("suffix", OPERATORS)
def test_a_script_exports(face: bpy.types.Object, tmp_path: Path, suffix: str) -> None:
    operator = getattr(bpy.ops.likeness, OPERATORS[suffix])
    assert operator(filepath=str(tmp_path / "out")) == {"FINISHED"}
    assert (tmp_path / f"out{suffix}").exists()


@pytest.mark.parametrize("suffix", [".glb", ".fbx", ".obj"])
@pytest.mark.parametrize("level", ["coarse", "fine"])
def test_a_level_of_detail_can_be_asked_for(tmp_path: Path, suffix: str, level: str) -> None:
    write_reconstruction(bust_reconstruction(), tmp_path / "bust.likeness")
    face = build_face(tmp_path / "bust.likeness")
    operator = getattr(bpy.ops.likeness, OPERATORS[suffix])
    sizes = {}
    for asked in ({}, {"level": level}):
        assert operator(filepath=str(tmp_path / "out"), **asked) == {"FINISHED"}
        sizes[len(sizes)] = (tmp_path / f"out{suffix}").stat().st_size
    assert (sizes[1] < sizes[0]) is (level == "coarse")
    assert bpy.context.view_layer.objects.active == face


@pytest.mark.parametrize(("target", "units"), [({}, 1.0), ({"target": "unreal"}, 1.0), ({"target": "godot"}, 100.0)])
def test_an_fbx_file_is_made_for_a_program(
    face: bpy.types.Object, tmp_path: Path, target: dict[str, str], units: float
) -> None:
    assert bpy.ops.likeness.export_fbx(filepath=str(tmp_path / "out"), **target) == {"FINISHED"}
    file = FbxFile(tmp_path / "out.fbx")
    assert file.settings["UnitScaleFactor"] == units  # in centimetres
    assert ("Armature" in file.nodes) is (target == {"target": "unreal"})


def test_every_program_can_be_chosen() -> None:
    items = bpy.ops.likeness.export_fbx.get_rna_type().properties["target"].enum_items
    assert tuple(item.identifier for item in items) == FBX_TARGETS
    assert all(item.name and item.description for item in items)


def test_a_face_without_a_cage_offers_no_coarse_level(face: bpy.types.Object, tmp_path: Path) -> None:
    assert [name for name, _, _ in levels_of(None, bpy.context)] == ["medium", "fine"]
    with pytest.raises(TypeError, match="coarse"):
        bpy.ops.likeness.export_gltf(filepath=str(tmp_path / "out"), level="coarse")
    write_reconstruction(bust_reconstruction(), tmp_path / "bust.likeness")
    build_face(tmp_path / "bust.likeness")
    assert [name for name, _, _ in levels_of(None, bpy.context)] == ["medium", "fine", "coarse"]


@pytest.mark.parametrize("suffix", OPERATORS)
def test_the_camera_of_a_face_means_the_face(face: bpy.types.Object, tmp_path: Path, suffix: str) -> None:
    bpy.context.view_layer.objects.active = state_of(face).camera
    assert getattr(bpy.ops.likeness, OPERATORS[suffix])(filepath=str(tmp_path / "out")) == {"FINISHED"}


@pytest.mark.parametrize("name", OPERATORS.values())
def test_without_a_face_there_is_nothing_to_export(name: str) -> None:
    with pytest.raises(RuntimeError, match="Select a face first"):
        getattr(bpy.ops.likeness, name)(filepath="unused")


def test_a_face_deselected_while_the_file_browser_was_open_is_one_sentence(tmp_path: Path) -> None:
    told = []
    operator = ExportOperator()
    operator.filepath, operator.filename_ext, operator.bl_label = str(tmp_path / "a.glb"), ".glb", "Export"
    operator.report = lambda kind, text: told.append((kind, text))
    assert operator.execute(bpy.context) == {"CANCELLED"}
    assert told == [({"ERROR"}, "Select a face first.")]


@pytest.mark.parametrize("suffix", OPERATORS)
def test_a_name_is_needed(face: bpy.types.Object, tmp_path: Path, suffix: str) -> None:
    for given in ("", f"{tmp_path}/"):
        with pytest.raises(RuntimeError, match="needs a file name"):
            getattr(bpy.ops.likeness, OPERATORS[suffix])(filepath=given)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("suffix", OPERATORS)
def test_what_goes_wrong_is_one_sentence(face: bpy.types.Object, tmp_path: Path, suffix: str) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RuntimeError) as caught:
        getattr(bpy.ops.likeness, OPERATORS[suffix])(filepath=str(tmp_path / "file" / "out"))
    message = str(caught.value).strip()
    assert "cannot be written" in message
    assert "\n" not in message
    assert "Traceback" not in message


def test_the_file_browser_starts_with_the_faces_name(face: bpy.types.Object, tmp_path: Path) -> None:
    assert proposed_path(face, ".glb") == Path.home() / "Ada Ü.glb"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    assert proposed_path(face, ".likeness") == tmp_path / "Ada Ü.likeness"
    face.name = "a/b:c?"
    assert proposed_path(face, ".obj") == tmp_path / "a_b_c_.obj"
