"""Bones, camera and sun are drawn over the viewport, but not over the face."""

from __future__ import annotations

from pathlib import Path

import pytest
from gui.conftest import Play, number

pytestmark = pytest.mark.slow


def test_no_bone_sticks_out_of_an_eye(play: Play, result: Path, tmp_path: Path) -> None:
    ending = play("overlay", result, tmp_path / "pictures")
    assert number(ending, "pixels of bones") == 0
    assert number(ending, "pixels of all bones") > 20  # they would be seen
