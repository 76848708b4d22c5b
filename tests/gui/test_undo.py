"""Opening or creating a face is one undo step that leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from gui.conftest import Play, number

pytestmark = pytest.mark.slow


def test_undo_and_redo_of_a_face_fifty_times_over(play: Play, result: Path) -> None:
    ending = play("undo_cycles", result, size=(800, 600))
    assert number(ending, "cycles") == 50
    assert number(ending, "build seconds") <= 1.0


def test_create_face_is_one_step_fifty_times_over(play: Play, photo: Path) -> None:
    assert number(play("create_cycles", photo, size=(800, 600), limit=400), "cycles") == 50


def test_a_face_is_a_guest_in_a_scene_with_other_things(play: Play, result: Path, tmp_path: Path) -> None:
    assert number(play("guest", result, tmp_path / "pictures", size=(1100, 800)), "done") == 1


def test_an_empty_file_is_set_up_and_given_back(play: Play, result: Path, tmp_path: Path) -> None:
    assert number(play("guest_alone", result, tmp_path / "pictures", size=(900, 800)), "done") == 1
