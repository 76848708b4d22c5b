"""The objects of a face in the hands of an artist: deleted, joined, and what the tab says of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from gui.conftest import Play, number

pytestmark = pytest.mark.slow


def test_deleting_and_joining(play: Play, result: Path, tmp_path: Path) -> None:
    shots = tmp_path / "shots"
    assert number(play("objects", result, shots), "faces") == 2
    assert {shot.stem for shot in shots.iterdir()} == {"leftovers", "face_panel", "joined", "parted"}


def test_a_linked_face_is_moved_by_its_sliders(play: Play, result: Path, tmp_path: Path) -> None:
    ending = play("linked_face", result, tmp_path / "shots", size=(1280, 1000))
    assert number(ending, "jaw") > 0.1
