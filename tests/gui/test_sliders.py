"""Sliders dragged by the mouse, each one undo step."""

from __future__ import annotations

from pathlib import Path

import pytest
from gui.conftest import Play

pytestmark = pytest.mark.slow

SLIDERS = {  # part of a slider's data path: the panel it is in
    'key_blocks["jawOpen"]': "LIKENESS_PT_expression",
    "head_pitch": "LIKENESS_PT_pose",
    "gaze_up": "LIKENESS_PT_pose",
    "inputs[0]": "LIKENESS_PT_lighting",
    '["Detail Strength"]': "LIKENESS_PT_detail",
    '["Wrinkles: Frown"]': "LIKENESS_PT_detail",
}


@pytest.mark.parametrize("slider", SLIDERS)
def test_a_slider_is_dragged_and_taken_back(play: Play, result: Path, slider: str) -> None:
    ending = play("slider", result, slider, SLIDERS[slider])
    assert len(ending.figures) == 1
