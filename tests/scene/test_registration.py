"""The extension inside Blender: enabling, disabling, the operator and the panel's groups."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest
from installed import disable, enable
from likeness.scene.state import faces_of, is_face


def test_enabling_and_disabling_twice(sheet_folder: Path) -> None:
    for _ in range(2):
        enable()
        assert hasattr(bpy.types, "LIKENESS_PT_photo")
        assert bpy.ops.likeness.open_reconstruction(filepath=str(sheet_folder)) == {"FINISHED"}
        disable()
        assert not hasattr(bpy.types, "LIKENESS_PT_photo")
    enable()
    assert len(faces_of(bpy.context.scene)) == 2  # what faces remember outlives the extension
    disable()


@pytest.mark.usefixtures("enabled")
def test_the_operator_opens_the_file_or_the_folder(sheet_folder: Path) -> None:
    for path in (sheet_folder, sheet_folder / "face.json"):
        assert bpy.ops.likeness.open_reconstruction(filepath=str(path)) == {"FINISHED"}
        assert is_face(bpy.context.object)
    (view,) = [a.spaces.active for a in bpy.context.window.screen.areas if a.type == "VIEW_3D"]
    assert view.region_3d.view_perspective == "CAMERA"


@pytest.mark.usefixtures("enabled")
def test_an_error_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError) as told:
        bpy.ops.likeness.open_reconstruction(filepath=str(tmp_path / "nothing"))
    assert "is not a Likeness result" in str(told.value)
    assert "Traceback" not in str(told.value)
    assert not bpy.data.objects
