"""Pose operators as a script calls them."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from likeness.scene.pose import head_bone
from likeness.scene.state import state_of
from named_sheets import ARKIT_FACE, build_named, values_of

LOOK = {"eyeLookUpLeft": 0.25, "eyeLookUpRight": 0.25}


def test_front_and_back_to_the_photo(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE | LOOK | {"jawOpen": 0.5})
    head = head_bone(face)
    photo = np.array(head.matrix_basis)
    assert bpy.ops.likeness.reset_pose() == {"FINISHED"}
    np.testing.assert_array_equal(head.matrix_basis, np.eye(4))
    assert values_of(face) == {"jawOpen": 0.5}
    head.location.x = 1.0
    assert bpy.ops.likeness.photo_pose() == {"FINISHED"}
    np.testing.assert_allclose(head.matrix_basis, photo, atol=1e-6)
    assert values_of(face) == LOOK | {"jawOpen": 0.5}


def test_a_keyed_pose_animates(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE | LOOK)
    scene, head = bpy.context.scene, head_bone(face)
    photo = np.array(head.matrix_basis)
    for frame, pose in ((1, bpy.ops.likeness.photo_pose), (11, bpy.ops.likeness.reset_pose)):
        scene.frame_set(frame)
        pose()
        assert bpy.ops.likeness.key_pose() == {"FINISHED"}
    scene.frame_set(1)
    np.testing.assert_allclose(head.matrix_basis, photo, atol=1e-6)
    assert state_of(face).gaze_up == pytest.approx(0.25)
    scene.frame_set(11)
    np.testing.assert_allclose(head.matrix_basis, np.eye(4), atol=1e-6)
    assert state_of(face).gaze_up == 0.0
    scene.frame_set(6)
    assert 0.0 < state_of(face).gaze_up < 0.25


def test_two_faces_are_independent(tmp_path: Path) -> None:
    first, second = build_named(tmp_path, ARKIT_FACE | LOOK), build_named(tmp_path, ARKIT_FACE | LOOK)
    before = np.array(head_bone(first).matrix_basis)
    assert bpy.context.view_layer.objects.active == second
    bpy.ops.likeness.reset_pose()
    np.testing.assert_array_equal(head_bone(first).matrix_basis, before)
    assert values_of(first) == LOOK
    assert values_of(second) == {}
