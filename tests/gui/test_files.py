"""What is saved stays a face, with and without the add-on."""

from __future__ import annotations

from pathlib import Path

import pytest
from gui.conftest import Play, number

pytestmark = pytest.mark.slow


def test_a_saved_face_moves_without_the_add_on(play: Play, result: Path, tmp_path: Path) -> None:
    ending = play("saved_file", result, tmp_path / "face.blend", size=(800, 600))
    assert number(ending, "jaw opens by m") > 0.01
