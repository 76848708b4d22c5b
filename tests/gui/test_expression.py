"""The expression of a photo, read by the real engine and put on a face by the mouse."""

from __future__ import annotations

from pathlib import Path

import pytest
from gui.conftest import Play, number

pytestmark = pytest.mark.slow


def test_a_photos_smile_comes_and_goes_in_one_step(play: Play, result: Path, photo: Path, tmp_path: Path) -> None:
    ending = play("expression_from_photo", result, photo, tmp_path)
    assert number(ending, "smile") > 0.4
    assert number(ending, "smile after Ctrl+Z") == 0.0
