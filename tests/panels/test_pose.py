"""The pose panel: which properties its sliders are."""

from __future__ import annotations

from pathlib import Path

import bpy
from fake_layout import draw
from likeness.panels.pose import LIKENESS_PT_pose
from named_sheets import ARKIT_FACE, build_named

TURNS = ["head_yaw", "head_pitch", "head_roll"]


def test_sliders_of_a_head(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    layout = draw(LIKENESS_PT_pose)
    props = [drawn for drawn in layout.drawn if drawn.kind == "prop"]
    assert [p.name for p in props] == [*TURNS, "value", "gaze_sideways", "gaze_up"]
    assert props[3].owner.name == "jawOpen"
    assert {p.owner.id_data for p in props if p != props[3]} == {face}
    assert layout.names("operator") == ["likeness.reset_pose", "likeness.photo_pose", "likeness.key_pose"]


def test_a_model_without_such_keys_opens_the_jaws_bone(tmp_path: Path) -> None:
    build_named(tmp_path, {"exp_00": 0.0})
    assert draw(LIKENESS_PT_pose).names("prop") == [*TURNS, "jaw_angle"]


def test_a_face_whose_rig_was_deleted(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    bpy.data.objects.remove(face.parent)
    layout = draw(LIKENESS_PT_pose)
    assert "This face has no rig" in layout.texts("label")
    assert not bpy.ops.likeness.reset_pose.poll()
