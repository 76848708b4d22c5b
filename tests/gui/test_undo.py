"""Opening a face is one undo step that leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from gui.conftest import Play, number

pytestmark = pytest.mark.slow


def test_undo_and_redo_of_a_face_fifty_times_over(play: Play, result: Path) -> None:
    ending = play("undo_cycles", result, size=(800, 600))
    assert number(ending, "cycles") == 50
    assert number(ending, "build seconds") <= 1.0
