"""The rig of a head with its neck: its bones, where they end, and the photo's pose on the head alone."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from busts import bust_reconstruction
from evaluated import base_vertices, pixels
from likeness.anatomy.joints import BUST_JOINT_PARENTS, BUST_JOINTS
from likeness.result.folder import read_reconstruction, write_reconstruction
from likeness.scene.building.build import build_face
from likeness.scene.exporting.export_folder import export_folder
from likeness.scene.pose import pose_as_photo, posed_parts, reset_pose
from likeness.scene.state import state_of
from synthetic import posed_points, project


@pytest.fixture
def bust(tmp_path: Path) -> bpy.types.Object:
    write_reconstruction(bust_reconstruction(), tmp_path / "bust.likeness")
    return build_face(tmp_path / "bust.likeness")


def heads_own(face: bpy.types.Object) -> np.ndarray:
    return np.flatnonzero(bust_reconstruction().mesh.skin_weights[:, BUST_JOINTS.index("head")] == 1.0)


def test_bones_hang_together_as_the_joints_do(bust: bpy.types.Object) -> None:
    bones = bust.parent.data.bones
    parents = {
        name: BUST_JOINTS[p] if p >= 0 else None for name, p in zip(BUST_JOINTS, BUST_JOINT_PARENTS, strict=True)
    }
    assert {bone.name: bone.parent and bone.parent.name for bone in bones} == parents
    assert (bones["root"].tail_local - bones["neck"].head_local).length < 1e-6
    assert (bones["neck"].tail_local - bones["head"].head_local).length < 1e-6
    assert bones["tongue"].tail_local.y < bones["tongue"].head_local.y - 0.02


def test_the_face_lies_over_the_photo_and_the_shoulders_stay(bust: bpy.types.Object) -> None:
    result = bust_reconstruction()
    bones = bust.parent.pose.bones
    turned = {bone.name for bone in bones if bone.matrix_basis != bone.matrix_basis.Identity(4)}
    assert turned == {"head"}
    own = heads_own(bust)
    seen = pixels(bpy.context.scene, base_vertices(bust)[own])
    np.testing.assert_allclose(seen, project(result, posed_points(result))[own], atol=0.01)
    posed = base_vertices(bust)
    reset_pose(bust)
    shoulders = np.flatnonzero(result.mesh.skin_weights[:, BUST_JOINTS.index("root")] == 1.0)
    np.testing.assert_allclose(base_vertices(bust)[shoulders], posed[shoulders], atol=1e-6)
    pose_as_photo(bust)
    np.testing.assert_allclose(base_vertices(bust), posed, atol=1e-6)


def test_sliders_turn_the_head_and_the_neck_can_be_turned_with_it(bust: bpy.types.Object) -> None:
    reset_pose(bust)
    bust.parent.pose.bones["neck"].rotation_euler.x = 0.3
    state_of(bust).head_yaw = 0.4
    assert bust.parent.pose.bones["head"].rotation_euler.y == pytest.approx(0.4)
    reset_pose(bust)
    assert bust.parent.pose.bones["neck"].rotation_euler.x == 0.0


def test_head_neck_and_jaw_are_keyed_as_the_pose(bust: bpy.types.Object) -> None:
    assert [part.name for part in posed_parts(bust)] == ["head", "neck", "jawOpen"]


def test_the_exported_pose_is_that_of_the_head(bust: bpy.types.Object, tmp_path: Path) -> None:
    export_folder(tmp_path / "again.likeness", bust)
    again, first = read_reconstruction(tmp_path / "again.likeness"), bust_reconstruction()
    np.testing.assert_allclose(again.rotation, first.rotation, atol=1e-5)
    np.testing.assert_allclose(again.translation, first.translation, atol=1e-5)
    assert again.mesh.joint_names == BUST_JOINTS
