"""The pose panel: which properties its sliders are."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest
from fake_layout import draw
from likeness.panels.pose import LIKENESS_PT_pose
from likeness.scene.pose import head_bone
from named_sheets import ARKIT_FACE, build_named

TURNS = ["rotation_euler[1]", "rotation_euler[0]", "rotation_euler[2]"]


def test_sliders_of_a_head(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    layout = draw(LIKENESS_PT_pose)
    props = [drawn for drawn in layout.drawn if drawn.kind == "prop"]
    assert [p.name for p in props] == [*TURNS, "value", "gaze_sideways", "gaze_up"]
    assert [p.text for p in props][:4] == ["Yaw", "Pitch", "Roll", "Jaw"]
    assert [p.owner.name for p in props[:4]] == ["head"] * 3 + ["jawOpen"]
    assert props[-1].owner.id_data == face
    assert layout.names("operator") == ["likeness.reset_pose", "likeness.photo_pose", "likeness.key_pose"]


def test_a_model_without_such_keys_opens_the_jaws_bone(tmp_path: Path) -> None:
    build_named(tmp_path, {"exp_00": 0.0})
    assert draw(LIKENESS_PT_pose).names("prop") == [*TURNS, "rotation_euler[0]"]


@pytest.mark.parametrize("mode", ["QUATERNION", "AXIS_ANGLE"])
def test_another_rotation_mode_can_be_taken_back(tmp_path: Path, mode: str) -> None:
    head_bone(build_named(tmp_path, ARKIT_FACE)).rotation_mode = mode
    assert draw(LIKENESS_PT_pose).names("prop")[0] == "rotation_mode"


def test_a_face_whose_rig_was_deleted(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    bpy.data.objects.remove(face.parent)
    layout = draw(LIKENESS_PT_pose)
    assert "This face has no rig" in layout.texts("label")
    assert not bpy.ops.likeness.reset_pose.poll()
