"""Export as a user comes to it: a menu, the file browser, and a window that is as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from gui.conftest import Play, number

pytestmark = pytest.mark.slow


def test_fbx_is_exported_for_a_program(play: Play, result: Path, tmp_path: Path) -> None:
    ending = play("export_fbx", result, tmp_path / "made")
    assert ending.figures["target"] == "unreal"
    assert ending.figures["file"] == "astronaut.fbx"
    assert number(ending, "bytes for unreal") > 1e6
    assert (tmp_path / "made" / "unity.fbm" / "albedo.png").exists()
