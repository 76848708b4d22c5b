"""The panels of texture and detail: what they show of a face's images and modifiers."""

from __future__ import annotations

from pathlib import Path

import bpy
from fake_layout import draw
from likeness.panels.detail import LIKENESS_PT_detail
from likeness.panels.photo import LIKENESS_PT_photo
from likeness.panels.texture import LIKENESS_PT_texture
from likeness.scene.displacement import DETAIL
from likeness.scene.state import state_of
from likeness.scene.texture_view import VIEWS
from named_sheets import ARKIT_FACE, build_named


def test_texture_says_its_size_and_offers_every_view(tmp_path: Path) -> None:
    build_named(tmp_path, ARKIT_FACE)
    layout = draw(LIKENESS_PT_texture)
    assert [drawn.text for drawn in layout.drawn if drawn.name == "texture_view"] == [view for view, _, _ in VIEWS]
    assert layout.texts("label") == ["Resolution 16 x 16"]
    assert layout.names("operator") == ["likeness.rebake_texture"]


def test_seen_or_guessed_has_a_legend(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    state_of(face).texture_view = "SEEN"
    assert draw(LIKENESS_PT_texture).texts("label")[:2] == ["Green: from the photo", "Orange: filled in"]


def test_detail_is_drawn_from_the_modifiers(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    owners = {drawn.name: drawn.owner for drawn in draw(LIKENESS_PT_detail).drawn if drawn.kind == "prop"}
    assert list(owners) == ["wrinkles", "strength", "show_viewport", "show_render", "levels", "render_levels"]
    assert owners["strength"] == face.modifiers[DETAIL]


def test_a_face_without_wrinkles_says_so(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    face.modifiers.remove(face.modifiers[DETAIL])
    layout = draw(LIKENESS_PT_detail)
    assert layout.names("prop") == ["levels", "render_levels"]
    assert layout.texts("label") == ["This face has no map of its wrinkles"]
    assert not state_of(face).wrinkles
    bpy.context.view_layer.update()


def test_a_draft_is_offered_to_be_finished(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    face.modifiers.remove(face.modifiers[DETAIL])
    for panel in (LIKENESS_PT_photo, LIKENESS_PT_texture, LIKENESS_PT_detail):
        assert "likeness.finish" not in draw(panel).names("operator")
    state_of(face).albedo = None
    for panel in (LIKENESS_PT_photo, LIKENESS_PT_texture, LIKENESS_PT_detail):
        names = draw(panel).names("operator")
        assert "likeness.finish" in names
        assert "likeness.rebake_texture" not in names
