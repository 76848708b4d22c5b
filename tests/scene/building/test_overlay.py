"""What the viewport draws over a face: no bones that stick out of it, and a camera of its size."""

# pyright: reportOptionalMemberAccess=none
from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest
from evaluated import base_vertices
from likeness.result.folder import write_reconstruction
from likeness.scene.building.build import build_face
from likeness.scene.building.camera import HEAD_M
from likeness.scene.keyframes import insert
from likeness.scene.state import state_of
from synthetic import sheet_reconstruction


def shown_bones(rig: bpy.types.Object) -> set[str]:
    """The bones that Blender draws and lets one click."""
    return {bone.name for bone in rig.data.bones if any(collection.is_visible for collection in bone.collections)}


def test_bones_of_eyes_and_jaw_are_hidden_in_a_collection_of_their_own(sheet_folder: Path) -> None:
    rig = build_face(sheet_folder).parent
    assert shown_bones(rig) == {"head"}
    assert not any(bone.hide for bone in rig.data.bones)  # nor does Alt H or an exporter find them hidden
    (hidden,) = [collection for collection in rig.data.collections if not collection.is_visible]
    assert {bone.name for bone in hidden.bones} == {"jaw", "eye.L"}
    hidden.is_visible = True
    assert shown_bones(rig) == {"head", "jaw", "eye.L"}


def test_hidden_bones_are_posed_and_keyed(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    before = base_vertices(face)
    state_of(face).jaw_angle = 0.3
    assert np.abs(base_vertices(face) - before).max() > 0.005
    assert insert([face.parent.pose.bones["jaw"]]) == 1
    assert face.parent.animation_data.action is not None


@pytest.mark.parametrize("focal", [30.0, 80.0, 600.0])
def test_a_camera_is_drawn_as_large_as_a_head(tmp_path: Path, focal: float) -> None:
    lens = np.array([[focal, 0.0, 30.0], [0.0, focal, 26.0], [0.0, 0.0, 1.0]])
    write_reconstruction(replace(sheet_reconstruction(), intrinsics=lens), tmp_path / "face.likeness")
    camera = state_of(build_face(tmp_path / "face.likeness")).camera.data
    corners = camera.view_frame(scene=bpy.context.scene)
    # The base of the pyramid where it is a metre wide; it is drawn as much smaller as the display size is than 1.
    drawn = [corner * camera.display_size for corner in corners]
    width = max(c.x for c in drawn) - min(c.x for c in drawn)
    assert max(width, -drawn[0].z) == pytest.approx(HEAD_M, rel=0.01)
