"""The lighting panel: which sockets its sliders are, and what it offers where they are gone."""

from __future__ import annotations

from pathlib import Path

import bpy
from fake_layout import draw
from likeness.panels.lighting import LIKENESS_PT_light_terms, LIKENESS_PT_lighting
from likeness.scene.light.sky import COEFFICIENT_NAMES, light_node
from likeness.scene.light.studio_light import STUDIO_LIGHTS
from likeness.scene.state import state_of
from named_sheets import ARKIT_FACE, build_named


def test_sliders_are_the_sockets_of_the_world(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    layout = draw(LIKENESS_PT_lighting)
    sockets = [drawn.owner for drawn in layout.drawn if drawn.kind == "prop"]
    assert [socket.name for socket in sockets] == ["Strength", "Rotation", "Warmth"]
    assert {socket.id_data for socket in sockets} == {state_of(face).world.node_tree}
    names = layout.names("operator")
    assert names == ["likeness.match_photo_light", *["likeness.studio_light"] * len(STUDIO_LIGHTS)]


def test_terms_are_folded_away(tmp_path: Path) -> None:
    build_named(tmp_path, ARKIT_FACE)
    assert "DEFAULT_CLOSED" in LIKENESS_PT_light_terms.bl_options
    names = [drawn.owner.name for drawn in draw(LIKENESS_PT_light_terms).drawn if drawn.kind == "prop"]
    assert names == ["Sun Strength", "Sun Color", *COEFFICIENT_NAMES]


def test_a_face_in_the_dark_offers_its_light(tmp_path: Path) -> None:
    first = build_named(tmp_path, ARKIT_FACE)
    build_named(tmp_path, ARKIT_FACE)
    bpy.context.view_layer.objects.active = first
    assert draw(LIKENESS_PT_lighting).names("operator")[0] == "likeness.use_light"
    bpy.ops.likeness.use_light()
    assert "likeness.use_light" not in draw(LIKENESS_PT_lighting).names("operator")


def test_a_light_without_controls(tmp_path: Path) -> None:
    """As in files of a version whose worlds had other nodes."""
    face = build_named(tmp_path, ARKIT_FACE)
    node = light_node(state_of(face).world)
    node.name = "Group"
    layout = draw(LIKENESS_PT_lighting)
    assert not layout.names("prop")
    assert "likeness.studio_light" in layout.names("operator")
    assert not LIKENESS_PT_light_terms.poll(bpy.context)
    bpy.data.worlds.remove(state_of(face).world)
    assert not draw(LIKENESS_PT_lighting).names("prop")
