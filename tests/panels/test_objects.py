"""What the panels say of objects that went astray, and that they say nothing otherwise."""

from __future__ import annotations

from pathlib import Path

import bpy
from fake_layout import draw
from likeness.panels.objects import LIKENESS_PT_attention, LIKENESS_PT_face
from likeness.panels.pose import LIKENESS_PT_pose
from named_sheets import ARKIT_FACE, build_named


def test_nothing_to_say_of_a_whole_face(tmp_path: Path) -> None:
    assert not LIKENESS_PT_attention.poll(bpy.context)
    build_named(tmp_path, ARKIT_FACE)
    assert not LIKENESS_PT_attention.poll(bpy.context)
    bpy.context.view_layer.objects.active = None
    assert not LIKENESS_PT_attention.poll(bpy.context)


def test_every_face_can_be_deleted(tmp_path: Path) -> None:
    build_named(tmp_path, ARKIT_FACE)
    assert draw(LIKENESS_PT_face).names("operator") == ["likeness.delete_face"]


def test_a_deleted_mesh_leaves_a_button(tmp_path: Path) -> None:
    build_named(tmp_path, ARKIT_FACE)
    bpy.ops.object.delete()
    assert LIKENESS_PT_attention.poll(bpy.context)
    layout = draw(LIKENESS_PT_attention)
    assert layout.texts("label") == ["3 objects of a deleted face"]
    assert layout.names("operator") == ["likeness.remove_leftovers"]


def test_a_joined_rig_has_a_button(tmp_path: Path) -> None:
    keeper, lost = (build_named(tmp_path, ARKIT_FACE) for _ in range(2))
    for item in bpy.context.view_layer.objects:
        item.select_set(item in (keeper.parent, lost.parent))
    bpy.context.view_layer.objects.active = keeper.parent
    bpy.ops.object.join()
    for active in (keeper.parent, keeper, lost):
        bpy.context.view_layer.objects.active = active
        assert LIKENESS_PT_attention.poll(bpy.context)
        layout = draw(LIKENESS_PT_attention)
        assert layout.names("operator") == ["likeness.restore_rig"]
        assert layout.texts("label") == [f"Joined into another rig: {lost.name}"]
    assert "likeness.restore_rig" in draw(LIKENESS_PT_pose).names("operator")
