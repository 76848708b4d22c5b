"""The objects of a face: deleting all of them, what a deleted mesh leaves, joined rigs, and faces of other files."""

# pyright: reportAttributeAccessIssue=none, reportOptionalMemberAccess=none, reportArgumentType=none
from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from data_blocks import count_blocks
from evaluated import base_vertices
from likeness.scene.belongings import leftovers
from likeness.scene.lost_rig import is_rig_joined
from likeness.scene.state import active_face, state_of
from likeness.scene.turning import head_bone
from linking import choose, library_of, linked
from named_sheets import ARKIT_FACE, build_named, values_of


def companions(face: bpy.types.Object) -> list[bpy.types.Object]:
    return [face.parent, state_of(face).camera, state_of(face).sun]


@pytest.mark.parametrize("active", ["face", "rig", "sun"])
def test_a_deleted_face_takes_all_along(tmp_path: Path, active: str) -> None:
    bpy.context.scene.world = bpy.data.worlds.new("mine")
    bpy.data.objects.new("mine", bpy.data.meshes.new("mine"))
    before = count_blocks()
    face = build_named(tmp_path, ARKIT_FACE)
    choose({"face": face, "rig": face.parent, "sun": state_of(face).sun}[active])
    assert bpy.ops.likeness.delete_face() == {"FINISHED"}
    assert count_blocks() == before


def test_a_face_is_deleted_while_it_is_posed(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    choose(face.parent)
    bpy.ops.object.mode_set(mode="POSE")
    assert bpy.ops.likeness.delete_face() == {"FINISHED"}
    assert not bpy.context.scene.objects


def test_what_others_use_stays(tmp_path: Path) -> None:
    first, second = (build_named(tmp_path, ARKIT_FACE) for _ in range(2))
    kept = [second, *companions(second)]
    image, world = state_of(first).albedo, state_of(second).world
    plane = bpy.data.objects.new("mine", bpy.data.meshes.new("mine"))
    plane.parent = first.parent
    material = bpy.data.materials.new("mine")
    material.use_nodes = True  # which they have from the start since Blender 5.0
    material.node_tree.nodes.new("ShaderNodeTexImage").image = image
    choose(first)
    bpy.ops.likeness.delete_face()
    assert set(kept) < set(bpy.data.objects)
    assert world in set(bpy.data.worlds)
    assert image in set(bpy.data.images)
    assert plane.parent in set(bpy.data.objects), "the rig carries an object of the artist's"
    assert active_face(bpy.context) is None


def test_a_duplicate_survives_its_original(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    choose(face, face.parent)
    bpy.ops.object.duplicate()
    duplicate = next(item for item in bpy.context.selected_objects if item.type == "MESH")
    camera, images = state_of(face).camera, set(bpy.data.images)
    choose(face)
    bpy.ops.likeness.delete_face()
    assert {duplicate, duplicate.parent, camera} <= set(bpy.data.objects)
    assert set(bpy.data.images) == images
    assert duplicate.find_armature() == duplicate.parent


def test_a_deleted_mesh_leaves_a_line_and_a_button(tmp_path: Path) -> None:
    before = count_blocks()
    face = build_named(tmp_path, ARKIT_FACE)
    rest = companions(face)
    assert not leftovers(bpy.context.scene)
    choose(face)
    bpy.ops.object.delete()
    assert set(leftovers(bpy.context.scene)) == set(rest)
    assert bpy.ops.likeness.remove_leftovers() == {"FINISHED"}
    bpy.ops.outliner.orphans_purge(do_recursive=True)  # the mesh itself, which Blender's own Delete leaves in the file
    assert count_blocks() == before


def test_a_copied_camera_is_nothing_left_over(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    choose(state_of(face).camera)
    bpy.ops.object.duplicate()
    assert not leftovers(bpy.context.scene)


def test_what_an_earlier_version_made_is_known_when_it_was_opened(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    for item in companions(face):
        state_of(item).owner = ""
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "old.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "old.blend"))
    face = next(item for item in bpy.data.objects if state_of(item).id)
    choose(face)
    bpy.ops.object.delete()
    assert len(leftovers(bpy.context.scene)) == 3


def joined_rigs(folder: Path, into: int) -> tuple[bpy.types.Object, bpy.types.Object, np.ndarray]:
    """Two posed faces, the second moved and turned, their rigs joined; where the lost one's vertices were."""
    faces = [build_named(folder, ARKIT_FACE) for _ in range(2)]
    faces[1].parent.location = 0.7, 0.2, 0.1
    faces[1].parent.rotation_euler = 0.1, 0.2, 0.3
    for face, yaw in zip(faces, (0.3, -0.4), strict=True):
        state_of(face).head_yaw = yaw
    keeper, lost = faces if into == 0 else faces[::-1]
    before = base_vertices(lost)
    choose(keeper.parent, lost.parent)
    bpy.ops.object.join()
    bpy.context.view_layer.update()
    return keeper, lost, before


@pytest.mark.parametrize("into", [0, 1])
def test_joined_rigs_are_parted_by_a_button(tmp_path: Path, into: int) -> None:
    keeper, lost, before = joined_rigs(tmp_path, into)
    kept = base_vertices(keeper)
    assert is_rig_joined(lost)
    assert not is_rig_joined(keeper)
    assert head_bone(lost) is None
    choose((keeper.parent, lost)[into])
    assert bpy.ops.likeness.restore_rig() == {"FINISHED"}
    assert not is_rig_joined(lost)
    np.testing.assert_allclose(base_vertices(lost), before, atol=1e-5)
    np.testing.assert_allclose(base_vertices(keeper), kept, atol=1e-6)
    assert [bone.name for bone in keeper.parent.data.bones] == [bone.name for bone in lost.parent.data.bones]
    state_of(lost).head_yaw = 0.0
    np.testing.assert_allclose(base_vertices(keeper), kept, atol=1e-6)
    assert np.abs(base_vertices(lost) - before).max() > 0.005
    jaw = lost.parent.pose.bones["jaw"].constraints[0]
    bpy.context.view_layer.update()
    open_jaw = jaw.max_x
    lost.data.shape_keys.key_blocks["jawOpen"].value = 1.0
    bpy.context.view_layer.update()
    assert jaw.max_x < open_jaw, "key and bone of the jaw share one opening"
    assert all(curve.driver.is_valid for curve in keeper.parent.animation_data.drivers)


def test_joined_faces_are_parted_by_a_button(tmp_path: Path) -> None:
    """The faces differ in a key's value, their rigs in place and pose."""
    keeper, lost = (build_named(tmp_path, ARKIT_FACE) for _ in range(2))
    lost.parent.location, lost.parent.rotation_euler = (0.7, 0.2, 0.1), (0.1, 0.2, 0.3)
    state_of(lost).head_yaw = -0.4
    rig, camera, world = lost.parent, state_of(lost).camera, state_of(lost).world
    before, kept = base_vertices(lost), base_vertices(keeper)
    choose(keeper, lost)
    bpy.ops.object.join()
    choose(keeper)
    assert len(keeper.data.vertices) == 2 * len(kept)
    assert bpy.ops.likeness.separate_joined() == {"FINISHED"}
    assert not bpy.ops.likeness.separate_joined.poll()
    found = next(item for item in rig.children if item.type == "MESH")
    np.testing.assert_allclose(base_vertices(keeper), kept, atol=1e-6)
    np.testing.assert_allclose(base_vertices(found), before, atol=1e-5)
    assert len(found.material_slots) == len(keeper.material_slots)
    assert not {slot.material for slot in found.material_slots} & {slot.material for slot in keeper.material_slots}
    assert (state_of(found).camera, state_of(found).world) == (camera, world)
    assert state_of(found).id not in ("", state_of(keeper).id)
    assert not leftovers(bpy.context.scene)
    state_of(found).head_yaw = 0.4
    choose(found)
    bpy.ops.likeness.apply_preset(preset="Smile")
    assert values_of(keeper) == {}
    np.testing.assert_allclose(base_vertices(keeper), kept, atol=1e-6)
    assert np.abs(base_vertices(found) - before).max() > 0.01
    choose(found)
    assert bpy.ops.likeness.delete_face() == {"FINISHED"}
    assert rig not in set(bpy.data.objects)


def test_a_subdivided_face_is_not_joined(tmp_path: Path) -> None:
    face = build_named(tmp_path, {"jawOpen": 0.0})
    choose(face)
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.mesh.subdivide()
    bpy.ops.object.mode_set(mode="OBJECT")
    assert not bpy.ops.likeness.separate_joined.poll()


def test_a_deleted_rig_is_made_again(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    bpy.data.objects.remove(face.parent)
    choose(face)
    assert bpy.ops.likeness.restore_rig() == {"FINISHED"}
    before = base_vertices(face)
    state_of(face).head_yaw = 0.5
    assert np.abs(base_vertices(face) - before).max() > 0.01
    assert not leftovers(bpy.context.scene)


@pytest.mark.parametrize("how", ["collection", "instance", "override"])
def test_a_linked_face_is_animated_and_saved(tmp_path: Path, how: str) -> None:
    linked(*library_of(build_named(tmp_path, ARKIT_FACE), tmp_path), how)
    assert bpy.ops.likeness.make_editable() == {"FINISHED"}
    face = active_face(bpy.context)
    assert face.override_library is not None
    assert not bpy.ops.likeness.make_editable.poll()
    rig, keys = face.find_armature(), face.data.shape_keys
    assert rig.is_editable
    assert keys.is_editable
    assert rig.parent is None
    assert rig.matrix_world.translation.x == pytest.approx(0.5 if how == "instance" else 0.0)
    bpy.ops.likeness.apply_preset(preset="Smile")
    bpy.ops.likeness.key_expression()
    bpy.context.scene.likeness.head_yaw = 0.4
    bpy.context.scene.likeness.gaze_up = 0.5
    assert bpy.ops.likeness.key_pose() == {"FINISHED"}
    shown = values_of(face)
    assert shown["eyeLookUpLeft"] == 0.5
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    face = next(item for item in bpy.context.scene.objects if state_of(item).id and item.override_library)
    bpy.context.scene.frame_set(1)
    assert values_of(face) == shown
    assert face.data.shape_keys.animation_data.action is not None
    assert state_of(face).head_yaw == pytest.approx(0.4, abs=1e-4)
    assert state_of(face).gaze_up == pytest.approx(0.5)
    drivers = face.find_armature().animation_data.drivers
    assert all(
        target.id == face.data.shape_keys for curve in drivers for v in curve.driver.variables for target in v.targets
    )


def test_why_a_linked_face_is_locked(tmp_path: Path) -> None:
    linked(*library_of(build_named(tmp_path, ARKIT_FACE), tmp_path), "collection")
    with pytest.raises(RuntimeError, match="Make Editable"):
        bpy.ops.likeness.reset_expression()
    with pytest.raises(RuntimeError, match="Make Editable"):
        bpy.ops.likeness.reset_pose()
    with pytest.raises(RuntimeError, match="linked from another file"):
        bpy.ops.likeness.delete_face()
