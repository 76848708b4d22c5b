"""Panels are drawn at every redraw and sliders are dragged: neither may slow Blender down."""

from __future__ import annotations

from pathlib import Path

import pytest
from gui.conftest import Play

pytestmark = pytest.mark.slow


def test_panels_and_sliders_are_quick(play: Play, result: Path) -> None:
    ending = play("drawing", result, size=(1280, 1800))
    assert ending.figures["not drawn"] == "LIKENESS_PT_attention", "nothing is wrong with the face"
    draws = {name: value.split() for name, value in ending.figures.items() if name.startswith("draw ")}
    assert draws
    slow = {name: times for name, times in draws.items() if float(times[0]) > 3.0}
    assert not slow, slow
    evaluation = ending.figures["evaluation after a slider: median p99 max ms"].split()
    assert float(evaluation[0]) <= 5.0
