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
