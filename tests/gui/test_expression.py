"""The expression of a photo, read by the real engine and put on a face by the mouse."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gui.conftest import Play, number
from likeness.bfm.face_model import FaceModel
from likeness.result.folder import write_reconstruction
from synthetic import model_reconstruction

pytestmark = pytest.mark.slow


def test_a_photos_smile_comes_and_goes_in_one_step(play: Play, result: Path, photo: Path, tmp_path: Path) -> None:
    ending = play("expression_from_photo", result, photo, tmp_path)
    assert number(ending, "smile") > 0.4
    assert number(ending, "smile after Ctrl+Z") == 0.0


def test_a_preset_moves_the_inner_brow_once(play: Play, ict_model: FaceModel, tmp_path: Path) -> None:
    """On ICT-FaceKit, which has the key and its two halves."""
    folder = tmp_path / "ict.likeness"
    write_reconstruction(model_reconstruction(ict_model, np.full((240, 200, 3), 120, np.uint8)), folder)
    ending = play("presets", folder, tmp_path / "shots")
    assert number(ending, "rise mm") == pytest.approx(number(ending, "key's rise mm"), abs=1.0)
    assert number(ending, "key's rise mm") > 3.0
