"""The export panel: a button for each kind of file, and nothing where there is no face."""

from __future__ import annotations

from pathlib import Path

import bpy
from fake_layout import draw
from likeness.panels.export import LIKENESS_PT_export
from likeness.result.folder import write_reconstruction
from likeness.scene.building.build import build_face
from synthetic import sheet_reconstruction


def test_a_button_for_each_kind_of_file(tmp_path: Path) -> None:
    assert not LIKENESS_PT_export.poll(bpy.context)
    write_reconstruction(sheet_reconstruction(), tmp_path / "face.likeness")
    build_face(tmp_path / "face.likeness")
    assert LIKENESS_PT_export.poll(bpy.context)
    buttons = draw(LIKENESS_PT_export).names("operator")
    assert buttons == [f"likeness.export_{kind}" for kind in ("gltf", "fbx", "obj", "folder")]
    operators = {name.partition(".")[2]: getattr(bpy.ops.likeness, name.partition(".")[2]) for name in buttons}
    assert all(operator.poll() for operator in operators.values())
