"""Create Face on a real photo: progress, a window that stays alive, cancelling, and every way to be interrupted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from gui.conftest import Play, number

pytestmark = pytest.mark.slow


def test_a_photo_becomes_a_face_while_blender_stays_alive(play: Play, photo: Path, tmp_path: Path) -> None:
    ending = play("create_face", photo, tmp_path, size=(900, 700))
    assert (tmp_path / "early.png").read_bytes() != (tmp_path / "late.png").read_bytes()
    assert number(ending, "steps of progress") >= 5
    assert number(ending, "build s") <= 1.0
    assert number(ending, "overhead s") <= 2.0
    assert number(ending, "longest computing ms") <= 50.0
    # Drawing is measured apart: without a graphics card that alone can take longer.
    assert number(ending, "longest gap without drawing ms") <= 50.0


def test_a_job_is_cancelled_by_esc_and_by_its_button(play: Play, photo: Path) -> None:
    assert number(play("cancel", photo), "faces") == 1


def test_a_job_goes_on_without_the_window_of_the_preferences(play: Play, photo: Path) -> None:
    assert number(play("preferences_window", photo), "faces") == 1


@pytest.mark.parametrize("how", ["disable", "new"])
def test_the_worker_ends_with_what_it_works_for(play: Play, photo: Path, how: str) -> None:
    assert number(play("interrupted", how, photo), "seconds to the worker's end") <= 10.0


def test_the_worker_ends_with_blender(play: Play, photo: Path) -> None:
    ending = play("interrupted", "quit", photo)
    assert not [worker for worker in ending.figures["workers"].split() if _runs(int(worker))]


def test_a_killed_worker_is_one_sentence_and_the_next_run_works(play: Play, photo: Path) -> None:
    ending = play("interrupted", "kill", photo)
    assert number(ending, "seconds to the report") <= 1.0
    sentence = ending.figures["error"]
    assert sentence.endswith(".")
    assert sentence.count(". ") == 0


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
