"""Turning: sliders and bones keep to what a head can do, and the photo's own pose stays as it is."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest
from likeness.result.folder import write_reconstruction
from likeness.scene.axes import MODEL_TO_BLENDER
from likeness.scene.building.build import build_face
from likeness.scene.building.camera import head_rotation
from likeness.scene.pose import pose_as_photo, reset_pose
from likeness.scene.state import state_of
from likeness.scene.turning import PITCH, YAW, angle_of, head_bone
from named_sheets import ARKIT_FACE, build_named
from synthetic import opencv_pose, sheet_reconstruction

LIMITS = {"head_yaw": 80.0, "head_pitch": 60.0, "head_roll": 45.0}


def evaluated_turn(bone: bpy.types.PoseBone) -> np.ndarray:
    bpy.context.view_layer.update()
    return np.array(bone.matrix)[:3, :3] @ np.linalg.inv(np.array(bone.bone.matrix_local)[:3, :3])


@pytest.mark.parametrize(("name", "degrees"), LIMITS.items())
def test_a_slider_ends_where_a_neck_does(sheet_folder: Path, name: str, degrees: float) -> None:
    face = build_face(sheet_folder)
    reset_pose(face)
    for wanted in (1090.0, -1090.0):
        setattr(state_of(face), name, math.radians(wanted))
        assert math.degrees(getattr(state_of(face), name)) == pytest.approx(math.copysign(degrees, wanted), abs=1e-3)
    others = set(LIMITS) - {name}
    assert [getattr(state_of(face), other) for other in others] == pytest.approx([0.0, 0.0], abs=1e-6)


@pytest.mark.parametrize("mode", ["ZXY", "XYZ", "QUATERNION", "AXIS_ANGLE"])
def test_sliders_are_the_bone_in_any_rotation_mode(sheet_folder: Path, mode: str) -> None:
    face = build_face(sheet_folder)
    reset_pose(face)
    head, memory = head_bone(face), state_of(face)
    head.rotation_mode, head.location.x = mode, 0.01
    memory.head_yaw, memory.head_pitch, memory.head_roll = 0.5, -0.4, 0.3
    assert (memory.head_yaw, memory.head_pitch, memory.head_roll) == pytest.approx((0.5, -0.4, 0.3), abs=1e-5)
    assert head.location.x == pytest.approx(0.01)


def test_a_bone_that_is_turned_by_hand_ends_there_too(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    reset_pose(face)
    head = head_bone(face)
    head.rotation_euler[YAW] = math.radians(170)
    limited = evaluated_turn(head) @ (0.0, -1.0, 0.0)
    assert limited == pytest.approx([math.sin(math.radians(80)), -math.cos(math.radians(80)), 0.0], abs=1e-5)
    assert math.degrees(state_of(face).head_yaw) == pytest.approx(80, abs=1e-3)


def test_a_photo_from_behind_the_ear_is_not_clamped(tmp_path: Path) -> None:
    photo = replace(sheet_reconstruction(), rotation=opencv_pose(yaw=98.0, pitch=3.0))
    write_reconstruction(photo, tmp_path / "profile.likeness")
    face = build_face(tmp_path / "profile.likeness")
    expected = MODEL_TO_BLENDER @ head_rotation(photo.rotation) @ MODEL_TO_BLENDER.T
    np.testing.assert_allclose(evaluated_turn(head_bone(face)), expected, atol=1e-5)
    reset_pose(face)
    pose_as_photo(face)
    np.testing.assert_allclose(evaluated_turn(head_bone(face)), expected, atol=1e-5)


def test_the_jaws_slider_opens_and_never_closes_beyond(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    memory = state_of(face)
    memory.jaw_angle = math.radians(90)
    assert math.degrees(memory.jaw_angle) == pytest.approx(35, abs=1e-3)
    memory.jaw_angle = -1.0
    assert memory.jaw_angle == 0.0


def test_a_head_keyed_by_itself_is_keyed_by_the_slider(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    bpy.context.scene.tool_settings.use_keyframe_insert_auto = True
    state_of(face).head_yaw = 0.2
    bpy.context.scene.tool_settings.use_keyframe_insert_auto = False
    bpy.context.scene.frame_set(5)
    assert face.parent.animation_data.action is not None


def test_a_face_of_an_older_file_has_the_same_sliders(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    head = head_bone(face)
    head.constraints.remove(head.constraints[0])
    head.rotation_euler[YAW] = math.radians(1090)
    assert math.degrees(angle_of(head, YAW)) == pytest.approx(10, abs=1e-3)
    state_of(face).head_yaw = math.radians(1090)
    assert math.degrees(angle_of(head, YAW)) == pytest.approx(80, abs=1e-3)


def test_key_and_bone_of_the_jaw_share_one_opening(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    reset_pose(face)
    jaw = face.parent.pose.bones["jaw"]
    jaw.rotation_euler[PITCH] = math.radians(30)
    for key, left in ((0.0, 30.0), (0.5, 17.5), (1.0, 0.0), (0.2, 28.0)):
        face.data.shape_keys.key_blocks["jawOpen"].value = key
        down = evaluated_turn(jaw) @ (0.0, -1.0, 0.0)
        assert math.degrees(math.asin(-down[2])) == pytest.approx(left, abs=1e-3)


def test_the_limit_of_the_jaw_needs_no_trust(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    (curve,) = face.parent.animation_data.drivers
    assert curve.driver.is_valid
    assert curve.driver.is_simple_expression


def test_a_duplicates_jaw_hears_its_own_key(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    reset_pose(face)
    face.parent.select_set(True)
    bpy.ops.object.duplicate()
    duplicate = bpy.context.view_layer.objects.active
    for one in (face, duplicate):
        one.parent.pose.bones["jaw"].rotation_euler[PITCH] = math.radians(30)
    duplicate.data.shape_keys.key_blocks["jawOpen"].value = 1.0
    turned = [evaluated_turn(one.parent.pose.bones["jaw"])[1, 2] for one in (face, duplicate)]
    assert abs(turned[0]) == pytest.approx(0.5, abs=1e-5)
    assert turned[1] == pytest.approx(0.0, abs=1e-5)
