"""What leaves Blender: a .blend that is whole by itself, and glTF whose morph targets keep their names."""

from __future__ import annotations

import shutil
from pathlib import Path

import bpy
import numpy as np
import pytest
from evaluated import base_vertices, evaluated_vertices
from likeness.bfm.arkit import ARKIT_NAMES
from likeness.errors import LikenessError
from likeness.scene.build import build_face
from likeness.scene.export import export_glb, save_blend
from likeness.scene.shape_keys import expression_keys
from likeness.scene.state import faces_of, state_of


def test_a_saved_file_needs_nothing_else(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    shape, identity = evaluated_vertices(face), state_of(face).id
    path = tmp_path / "gespeichert 脸.blend"
    save_blend(path)
    shutil.rmtree(sheet_folder)
    bpy.ops.wm.open_mainfile(filepath=str(path))
    (opened,) = faces_of(bpy.context.scene)
    assert state_of(opened).id == identity
    assert state_of(opened).camera == bpy.context.scene.camera
    assert all(image.packed_file for image in bpy.data.images if image.source == "FILE")
    np.testing.assert_allclose(evaluated_vertices(opened), shape, atol=1e-6)
    assert [key.value for key in expression_keys(opened)] == [0.25, -1.5]


def test_glb_keeps_names_values_and_bones(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    path = tmp_path / "gesicht 脸.glb"
    export_glb(path, face)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=str(path))
    (mesh,) = [candidate for candidate in bpy.data.objects if candidate.type == "MESH" and candidate.data.shape_keys]
    keys = expression_keys(mesh)
    assert [(key.name, key.value) for key in keys] == [("raise", 0.25), ("widen", -1.5)]
    basis = mesh.data.shape_keys.key_blocks[0].points
    lift = np.array([a.co - b.co for a, b in zip(keys[0].points, basis, strict=True)])
    np.testing.assert_allclose(np.linalg.norm(lift, axis=1).max(), 0.01, atol=1e-6)
    assert {bone.name for bone in mesh.find_armature().data.bones} == {"head", "jaw", "eye.L"}
    normal_maps = [n for m in bpy.data.materials for n in m.node_tree.nodes if n.type == "NORMAL_MAP"]
    assert [node.inputs["Strength"].default_value for node in normal_maps] == [1.0]


def test_export_leaves_the_scene_as_it_was(sheet_folder: Path, tmp_path: Path) -> None:
    other, face = build_face(sheet_folder), build_face(sheet_folder)
    other.select_set(True)
    shape = base_vertices(face)
    export_glb(tmp_path / "face.glb", face)
    assert set(bpy.context.selected_objects) == {other, face}
    np.testing.assert_array_equal(base_vertices(face), shape)
    face.modifiers["Likeness Detail"].strength = 0.5
    bpy.context.view_layer.update()
    tree = face.material_slots[0].material.evaluated_get(bpy.context.evaluated_depsgraph_get()).node_tree
    assert tree.nodes["Likeness Normal Map"].inputs["Strength"].default_value == pytest.approx(0.5)


@pytest.mark.parametrize("save", [lambda path, face: save_blend(path), export_glb])
def test_a_place_that_cannot_be_written_is_told(sheet_folder: Path, tmp_path: Path, save) -> None:
    face = build_face(sheet_folder)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LikenessError, match="cannot be written"):
        save(tmp_path / "file" / "face.out", face)


def test_a_heads_glb_has_the_arkit_targets(head_folder: Path, tmp_path: Path) -> None:
    export_glb(tmp_path / "head.glb", build_face(head_folder))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=str(tmp_path / "head.glb"))
    keyed = [candidate for candidate in bpy.data.objects if candidate.type == "MESH" and candidate.data.shape_keys]
    assert tuple(key.name for key in expression_keys(keyed[0])) == ARKIT_NAMES
