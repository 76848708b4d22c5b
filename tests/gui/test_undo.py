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
