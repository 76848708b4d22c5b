"""The panel of the detail for a face whose wrinkles follow its expression."""

from __future__ import annotations

from pathlib import Path

from fake_layout import draw
from likeness.panels.detail import LIKENESS_PT_detail
from likeness.scene.displacement import DETAIL, STRENGTH, SUBDIVISION
from likeness.scene.wrinkles.controls import DYNAMIC
from likeness.scene.wrinkles.nodes import WRINKLES
from wrinkled import build_wrinkled


def test_the_groups_are_drawn_with_their_switch(tmp_path: Path) -> None:
    face = build_wrinkled(tmp_path)
    layout = draw(LIKENESS_PT_detail)
    props = [(drawn.owner, drawn.name, drawn.text) for drawn in layout.drawn if drawn.kind == "prop"]
    detail, wrinkles, subdivision = (face.modifiers[name] for name in (DETAIL, WRINKLES, SUBDIVISION))
    assert props[1:] == [
        (face, f'["{STRENGTH}"]', "Strength"),
        (detail, "show_viewport", ""),
        (detail, "show_render", ""),
        (face, f'["{DYNAMIC}"]', "Dynamic"),
        (wrinkles, "show_viewport", ""),
        (wrinkles, "show_render", ""),
        (face, '["Wrinkles: Brow raise"]', "Brow raise"),
        (face, '["Wrinkles: Smile left"]', "Smile left"),
        (subdivision, "levels", "Levels Viewport"),
        (subdivision, "render_levels", "Render"),
    ]
    assert layout.names("operator") == ["likeness.bake_still"]
