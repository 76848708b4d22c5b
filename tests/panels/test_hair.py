"""The panel of hair: one button, then the colour and a bin as well."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from fake_layout import draw
from likeness.bfm.library.registry import load_model
from likeness.operators import hair as operator
from likeness.panels.hair import LIKENESS_PT_hair
from likeness.result.folder import write_reconstruction
from likeness.scene.building.build import build_face
from likeness.scene.hair.assets import hair_assets
from synthetic import model_reconstruction


@pytest.mark.skipif(hair_assets() is None, reason="this Blender has no hair assets")
def test_the_button_then_what_the_hair_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not LIKENESS_PT_hair.poll(bpy.context)
    photo = np.full((240, 200, 3), 120, np.uint8)
    write_reconstruction(model_reconstruction(load_model("builtin"), photo), tmp_path / "head")
    build_face(tmp_path / "head")
    layout = draw(LIKENESS_PT_hair)
    assert layout.names("operator") == ["likeness.add_hair"]
    assert layout.texts("label") == ["Its colour is not known: it will be brown"]
    bpy.ops.likeness.add_hair()
    layout = draw(LIKENESS_PT_hair)
    assert layout.names("operator") == ["likeness.add_hair", "likeness.remove_hair"]
    assert layout.texts("prop") == ["Colour"]
    assert not layout.texts("label")
    monkeypatch.setattr(operator, "hair_assets", lambda: None)
    assert " ".join(draw(LIKENESS_PT_hair).texts("label")).startswith("This Blender comes without the hair assets")
