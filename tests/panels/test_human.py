"""The body's panel: one button, and below it what is missing."""

from __future__ import annotations

from pathlib import Path

import bpy
from fake_layout import draw
from likeness.panels.human import LIKENESS_PT_human
from toy_human import build_bust, human_of, tube


def test_one_button_and_what_is_missing(tmp_path: Path) -> None:
    assert not LIKENESS_PT_human.poll(bpy.context)
    base = tube()
    build_bust(tmp_path, base, base.vertices, {})
    assert LIKENESS_PT_human.poll(bpy.context)
    layout = draw(LIKENESS_PT_human)
    assert layout.names("operator") == ["likeness.put_on_human"]
    assert " ".join(layout.texts("label")).startswith("Get the free extension MPFB from extensions.blender.org")
    human_of(base)
    layout = draw(LIKENESS_PT_human)
    assert layout.names("operator") == ["likeness.put_on_human"]
    assert not layout.texts("label")
