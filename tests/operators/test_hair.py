"""Add Hair as a script calls it."""

# pyright: reportAttributeAccessIssue=none, reportOptionalMemberAccess=none
from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from likeness.bfm.library.registry import load_model
from likeness.operators import hair as operator
from likeness.operators.hair import why_no_hair
from likeness.result.folder import write_reconstruction
from likeness.scene.building.build import build_face
from likeness.scene.hair.assets import hair_assets
from likeness.scene.hair.grow import hair_of
from synthetic import model_reconstruction, sheet_reconstruction


@pytest.mark.skipif(hair_assets() is None, reason="this Blender has no hair assets")
def test_hair_is_added_again_and_removed(tmp_path: Path) -> None:
    assert why_no_hair(bpy.context) == "Select a face"
    photo = np.full((240, 200, 3), 120, np.uint8)
    write_reconstruction(model_reconstruction(load_model("builtin"), photo), tmp_path / "head")
    face = build_face(tmp_path / "head")
    assert not bpy.ops.likeness.remove_hair.poll()
    bpy.ops.object.mode_set(mode="EDIT")
    assert bpy.ops.likeness.add_hair() == {"FINISHED"}
    assert bpy.context.mode == "EDIT_MESH"
    bpy.ops.object.mode_set(mode="OBJECT")
    assert bpy.ops.likeness.add_hair() == {"FINISHED"}
    assert [item.type for item in bpy.context.scene.objects].count("CURVES") == 1
    assert hair_of(face) is not None
    assert bpy.ops.likeness.remove_hair() == {"FINISHED"}
    assert not [item for item in bpy.context.scene.objects if item.type == "CURVES"]


def test_what_cannot_be_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_reconstruction(sheet_reconstruction(), tmp_path / "sheet")
    build_face(tmp_path / "sheet")
    if hair_assets() is not None:
        with pytest.raises(RuntimeError, match="has no scalp for hair to grow on"):
            bpy.ops.likeness.add_hair()
    monkeypatch.setattr(operator, "hair_assets", lambda: None)
    assert not bpy.ops.likeness.add_hair.poll()
    assert why_no_hair(bpy.context).startswith("This Blender comes without the hair assets")
