"""Buttons that cannot be pressed say why, and a picture dropped into the view is taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from gui.conftest import Play, number

pytestmark = pytest.mark.slow


def test_every_greyed_button_says_why(play: Play, photo: Path) -> None:
    ending = play("greyed", photo)
    assert number(ending, "without an engine or a photo") > 10
    assert number(ending, "while a job runs") > 1


def test_an_image_dropped_into_the_view_becomes_a_face(play: Play, photo: Path, tmp_path: Path) -> None:
    ending = play("drop", photo, tmp_path)
    assert number(ending, "faces") == 1
    assert ending.figures["photo"] == str(photo)
