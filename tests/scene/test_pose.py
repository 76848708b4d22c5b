"""Pose: the signs of the sliders, the photo's rotation, gaze, and the jaw."""

from __future__ import annotations

import math
from pathlib import Path

import bpy
import numpy as np
import pytest
from evaluated import base_vertices
from likeness.anatomy.parts import eyeballs
from likeness.result.folder import read_reconstruction
from likeness.scene import pose
from likeness.scene.axes import MODEL_TO_BLENDER
from likeness.scene.building.build import build_face
from likeness.scene.building.camera import head_rotation
from likeness.scene.expressions.expression import expression_of, reset_expression
from likeness.scene.state import state_of
from named_sheets import ARKIT_FACE, build_named, values_of

PITCH, YAW, ROLL = 0, 1, 2
FORWARD, UPWARD, LEFT = (0.0, -1.0, 0.0), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0)


def _turn(face: bpy.types.Object) -> np.ndarray:
    """How the evaluated head is turned (3, 3), in the rig's axes."""
    bpy.context.view_layer.update()
    head = pose.head_bone(face)
    return np.array(head.matrix)[:3, :3] @ np.linalg.inv(np.array(head.bone.matrix_local)[:3, :3])


def test_the_head_is_turned_as_in_the_photo(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    expected = MODEL_TO_BLENDER @ head_rotation(read_reconstruction(sheet_folder).rotation) @ MODEL_TO_BLENDER.T
    np.testing.assert_allclose(_turn(face), expected, atol=1e-6)
    pose.reset_pose(face)
    np.testing.assert_allclose(_turn(face), np.eye(3), atol=1e-6)
    pose.pose_as_photo(face)
    np.testing.assert_allclose(_turn(face), expected, atol=1e-6)


@pytest.mark.parametrize("mode", ["QUATERNION", "XYZ", "AXIS_ANGLE"])
def test_the_photos_pose_in_any_rotation_mode(sheet_folder: Path, mode: str) -> None:
    face = build_face(sheet_folder)
    expected = _turn(face)
    pose.head_bone(face).rotation_mode = mode
    pose.reset_pose(face)
    pose.pose_as_photo(face)
    np.testing.assert_allclose(_turn(face), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("axis", "vector", "goes_to"),
    [(YAW, FORWARD, LEFT), (PITCH, FORWARD, UPWARD), (ROLL, UPWARD, LEFT)],
)
def test_a_slider_to_the_right_goes_right_or_up_on_screen(sheet_folder: Path, axis: int, vector, goes_to) -> None:
    face = build_face(sheet_folder)
    pose.reset_pose(face)
    pose.head_bone(face).rotation_euler[axis] = math.radians(40)
    expected = math.cos(math.radians(40)) * np.array(vector) + math.sin(math.radians(40)) * np.array(goes_to)
    np.testing.assert_allclose(_turn(face) @ vector, expected, atol=1e-6)


def test_a_yawed_head_nods_about_its_own_ears(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    pose.reset_pose(face)
    head = pose.head_bone(face)
    yaw = math.radians(70)
    head.rotation_euler[YAW], head.rotation_euler[PITCH] = yaw, math.radians(30)
    level = math.cos(math.pi / 6)
    np.testing.assert_allclose(_turn(face) @ FORWARD, [level * math.sin(yaw), -level * math.cos(yaw), 0.5], atol=1e-6)


def test_the_jaws_bone_opens_with_a_positive_angle(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    pose.reset_pose(face)
    before = base_vertices(face)
    assert pose.jaw_key(face) is None
    state_of(face).jaw_angle = math.radians(20)
    moved = base_vertices(face) - before
    chin = np.argmin(before[:, 2])
    assert moved[chin, 2] < -0.005


def test_the_jaws_key_is_its_only_control(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE | {"jawOpen": 0.4})
    assert pose.jaw_key(face).name == "jawOpen"
    assert pose.jaw_key(face) in pose.posed_parts(face)
    np.testing.assert_array_equal(pose.jaw_bone(face).matrix_basis, np.eye(4))


def test_gaze_is_the_keys(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    memory = state_of(face)
    memory.gaze_sideways, memory.gaze_up = 0.5, -0.25
    assert values_of(face) == pytest.approx(
        {"eyeLookOutLeft": 0.5, "eyeLookInRight": 0.5, "eyeLookDownLeft": 0.25, "eyeLookDownRight": 0.25}
    )
    assert (memory.gaze_sideways, memory.gaze_up) == pytest.approx((0.5, -0.25))
    memory.gaze_sideways, memory.gaze_up = -1.0, 0.0
    assert values_of(face) == {"eyeLookInLeft": 1.0, "eyeLookOutRight": 1.0}
    assert memory.gaze_sideways == -1.0


def test_gaze_reads_what_others_set(tmp_path: Path) -> None:
    squint = {"eyeLookInLeft": 0.5, "eyeLookInRight": 0.5, "eyeLookUpLeft": 0.6, "eyeLookUpRight": 0.2}
    memory = state_of(build_named(tmp_path, ARKIT_FACE | squint))
    assert (memory.gaze_sideways, memory.gaze_up) == pytest.approx((0.0, 0.4))


def test_a_face_without_eyes_has_no_gaze(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    before = expression_of(face)
    state_of(face).gaze_up = 1.0
    assert state_of(face).gaze_up == 0.0
    assert expression_of(face) == before


def test_the_eyes_go_with_the_pose_and_the_rest_of_the_face_does_not(tmp_path: Path) -> None:
    photo = {"eyeLookUpLeft": 0.3, "eyeLookUpRight": 0.3, "mouthSmileLeft": 0.5}
    face = build_named(tmp_path, ARKIT_FACE | photo)
    pose.reset_pose(face)
    assert values_of(face) == {"mouthSmileLeft": 0.5}
    reset_expression(face)
    pose.pose_as_photo(face)
    assert values_of(face) == pytest.approx({"eyeLookUpLeft": 0.3, "eyeLookUpRight": 0.3})


@pytest.mark.parametrize("with_rig", [True, False])
def test_a_duplicate_is_turned_by_its_own_rig(tmp_path: Path, with_rig: bool) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    face.parent.select_set(with_rig)
    bpy.ops.object.duplicate()
    duplicate = bpy.context.view_layer.objects.active
    before = base_vertices(face)
    state_of(duplicate).gaze_up = 1.0
    pose.reset_pose(duplicate)
    assert (pose.head_bone(duplicate) != pose.head_bone(face)) is with_rig
    assert bool(np.array_equal(base_vertices(face), before)) is with_rig
    assert values_of(face) == {}


def test_real_eyes_turn_and_their_lids_follow(head_folder: Path) -> None:
    face = build_face(head_folder)
    pose.reset_pose(face)
    mesh = read_reconstruction(head_folder).mesh
    balls = [np.unique(mesh.faces[np.isin(mesh.parts, parts)]) for parts in eyeballs(mesh.part_names)]
    before = base_vertices(face)
    state_of(face).gaze_sideways = 1.0
    sideways = base_vertices(face) - before
    state_of(face).gaze_sideways, state_of(face).gaze_up = 0.0, 1.0
    upwards = base_vertices(face) - before
    for ball in balls:
        front = ball[ball >= 0][np.argmin(before[ball[ball >= 0], 1])]
        assert sideways[front, 0] > 0.004
        assert upwards[front, 2] > 0.004
    upper_lids = mesh.landmarks68[[37, 38, 43, 44]]
    assert (upwards[upper_lids, 2] > 0.0005).all()


def test_bones_of_a_body_stay_where_they_are(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    bpy.context.view_layer.objects.active = face.parent
    bpy.ops.object.mode_set(mode="EDIT")
    bone = face.parent.data.edit_bones.new("arm.L")
    bone.head, bone.tail = (0.2, 0.0, -0.5), (0.4, 0.0, -0.5)
    bpy.ops.object.mode_set(mode="OBJECT")
    bones = face.parent.pose.bones
    bones["arm.L"].location.x = bones["jaw"].rotation_euler.x = 0.3
    pose.reset_pose(face)
    assert bones["arm.L"].location.x == pytest.approx(0.3)
    assert bones["jaw"].rotation_euler.x == 0.0
