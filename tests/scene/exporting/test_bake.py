"""Takes in FBX: only where something is keyed, from the first keyframe to the last, as the scene shows it."""

# pyright: reportOptionalMemberAccess=none
from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from evaluated import base_vertices, evaluated_vertices
from fbx_files import units_of, written
from likeness.result.choices import FBX_TARGETS, GODOT, PLAIN
from likeness.scene.exporting.export import export_glb
from likeness.scene.exporting.export_fbx import export_fbx

FRAME = 1 / 24


@pytest.mark.parametrize("target", FBX_TARGETS)
def test_a_face_without_keyframes_has_no_take(face: bpy.types.Object, tmp_path: Path, target: str) -> None:
    face.animation_data_create()
    face.data.shape_keys.animation_data_create().action = bpy.data.actions.new("Empty")
    assert written(face, tmp_path, target, animation=True).takes == {}


@pytest.mark.parametrize("target", FBX_TARGETS)
def test_a_take_is_as_long_as_its_keyframes(face: bpy.types.Object, tmp_path: Path, target: str) -> None:
    rig, key = face.parent, face.data.shape_keys.key_blocks["raise"]
    head = rig.pose.bones["head"]
    bpy.context.scene.frame_set(9)
    for frame, value, turn in ((5, 0.0, 0.1), (12, 1.0, 0.8)):
        key.value, head.rotation_euler.y, head.location.x = value, turn, 0.05 * value
        key.keyframe_insert("value", frame=frame)
        head.keyframe_insert("rotation_euler", frame=frame)
        head.keyframe_insert("location", frame=frame)
    bpy.context.scene.frame_set(9)
    now = key.value
    shown = {}
    for frame in (5, 8, 12):
        bpy.context.scene.frame_set(frame)
        shown[frame] = base_vertices(face)
    bpy.context.scene.frame_set(9)
    file = written(face, tmp_path, target)
    assert file.takes == {face.name: pytest.approx((5 * FRAME, 12 * FRAME))}
    assert written(face, tmp_path, target, animation=False).takes == {}
    assert file.channels["raise"] == pytest.approx(now)
    for name in file.binding:
        np.testing.assert_allclose(file.world(name), file.binding[name], atol=1e-5 * units_of(target))
    assert bpy.context.scene.frame_current == 9
    assert key.value == pytest.approx(now)
    export_fbx(tmp_path / "out.fbx", face, True, target)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.fbx(filepath=str(tmp_path / "out.fbx"), anim_offset=0.0)
    (mesh,) = [item for item in bpy.data.objects if item.type == "MESH"]
    for frame, points in shown.items():
        bpy.context.scene.frame_set(frame)
        np.testing.assert_allclose(evaluated_vertices(mesh), points, atol=1e-4)


def test_keyframes_before_the_scenes_first_frame_are_moved_behind_it(face: bpy.types.Object, tmp_path: Path) -> None:
    key = face.data.shape_keys.key_blocks["raise"]
    for frame, value in ((-9, 0.0), (10, 1.0)):
        key.value = value
        key.keyframe_insert("value", frame=frame)
    assert list(written(face, tmp_path).takes.values()) == [pytest.approx((1 * FRAME, 20 * FRAME))]


def test_strips_are_keyframes_too(face: bpy.types.Object, tmp_path: Path) -> None:
    keys = face.data.shape_keys
    for frame, value in ((1, 0.0), (7, 1.0)):
        keys.key_blocks["raise"].value = value
        keys.key_blocks["raise"].keyframe_insert("value", frame=frame)
    action = keys.animation_data.action
    keys.animation_data.nla_tracks.new().strips.new(action.name, 31, action)
    keys.animation_data.action = None
    assert list(written(face, tmp_path).takes.values()) == [pytest.approx((31 * FRAME, 37 * FRAME))]


def test_a_rig_that_travels_takes_its_way_along(face: bpy.types.Object, tmp_path: Path) -> None:
    for frame, x in ((1, 1.0), (5, 3.0)):
        face.parent.location.x = x
        face.parent.keyframe_insert("location", frame=frame)
    bpy.context.scene.frame_set(1)
    for target in (PLAIN, GODOT):
        export_fbx(tmp_path / f"{target}.fbx", face, True, target)
    for target, start in ((PLAIN, 1.0), (GODOT, 0.0)):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        bpy.ops.import_scene.fbx(filepath=str(tmp_path / f"{target}.fbx"), anim_offset=0.0)
        (rig,) = [item for item in bpy.data.objects if item.type == "ARMATURE"]
        for frame, way in ((1, 0.0), (5, 2.0)):
            bpy.context.scene.frame_set(frame)
            assert rig.matrix_world.translation.x == pytest.approx(start + way, abs=1e-4)


def test_what_drives_a_bone_is_in_the_take(face: bpy.types.Object, tmp_path: Path) -> None:
    driver = face.parent.pose.bones["jaw"].driver_add("rotation_euler", 0).driver
    variable = driver.variables.new()
    variable.targets[0].id_type, variable.targets[0].id = "KEY", face.data.shape_keys
    variable.targets[0].data_path = 'key_blocks["raise"].value'
    driver.expression = "0.2 * var"
    key = face.data.shape_keys.key_blocks["raise"]
    for frame, value in ((1, 0.0), (9, 1.0)):
        key.value = value
        key.keyframe_insert("value", frame=frame)
    shown = {}
    for frame in (1, 5, 9):
        bpy.context.scene.frame_set(frame)
        shown[frame] = base_vertices(face)
    export_fbx(tmp_path / "out.fbx", face, True)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.fbx(filepath=str(tmp_path / "out.fbx"), anim_offset=0.0)
    (mesh,) = [item for item in bpy.data.objects if item.type == "MESH"]
    for frame, points in shown.items():
        bpy.context.scene.frame_set(frame)
        np.testing.assert_allclose(evaluated_vertices(mesh), points, atol=1e-4)


def test_a_rig_that_is_not_keyed_rests_in_the_take_as_in_gltf(face: bpy.types.Object, tmp_path: Path) -> None:
    # As every face with a key that opens the mouth has it: a driver that turns nothing.
    face.parent.pose.bones["head"].constraints[0].driver_add("max_x").driver.expression = "1.0"
    key = face.data.shape_keys.key_blocks["raise"]
    for frame, value in ((1, 0.0), (9, 1.0)):
        key.value = value
        key.keyframe_insert("value", frame=frame)
    export_fbx(tmp_path / "out.fbx", face, True)
    export_glb(tmp_path / "out.glb", face, True)
    for load, suffix in ((bpy.ops.import_scene.fbx, "fbx"), (bpy.ops.import_scene.gltf, "glb")):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        load(filepath=str(tmp_path / f"out.{suffix}"))
        (rig,) = [item for item in bpy.data.objects if item.type == "ARMATURE"]
        bpy.context.scene.frame_set(5)
        turns = [bone.matrix_basis.to_quaternion().angle for bone in rig.pose.bones]
        np.testing.assert_allclose(turns, 0.0, atol=1e-3)
