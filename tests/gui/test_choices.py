"""What a user has chosen: remembered when Blender is started again, and shown of the face that is active."""

from __future__ import annotations

from pathlib import Path

import pytest
from gui.conftest import Play

pytestmark = pytest.mark.slow

SIZE = (900, 1000)


def test_a_restart_forgets_no_choice_and_a_spoilt_memory_stops_nothing(play: Play, photo: Path, tmp_path: Path) -> None:
    first, second = (play("remembered", how, photo, tmp_path, size=SIZE) for how in ("choose", "again"))
    assert first.figures["choices"].startswith("{'quality': 'draft', 'texture_size': '4096', 'scalp_tint': False")
    assert second.figures["choices"] == first.figures["choices"]
    assert Path(second.figures["folder"]) == photo.parent
    (memory,) = (tmp_path / "window").rglob("choices.json")
    memory.write_text('{"quality": "best", "device": 7, "model": "gone", "photo_folder": "?", "scalp_tint": false}')
    third = play("remembered", "spoilt", photo, tmp_path, size=SIZE)
    usual = "'quality': 'final', 'texture_size': 'auto', 'scalp_tint': False, 'device': 'auto'"
    assert usual in third.figures["choices"]


def test_a_draft_is_finished_baked_again_and_followed(play: Play, photo: Path, result: Path, tmp_path: Path) -> None:
    play("finish", photo, result, tmp_path, size=SIZE, limit=500)
