"""Wrinkles that follow the expression, switched and baked by the mouse."""

from __future__ import annotations

from pathlib import Path

import pytest
from gui.conftest import Play, number

pytestmark = pytest.mark.slow


def test_switch_and_still_are_one_step_each(play: Play, result: Path, tmp_path: Path) -> None:
    ending = play("wrinkles", result, tmp_path / "pictures", size=(1000, 800))
    assert number(ending, "amount") > 0.5
