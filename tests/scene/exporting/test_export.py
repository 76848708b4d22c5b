"""What leaves Blender: a .blend that is whole by itself, and glTF and FBX whose keys keep their names."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np
import pytest
from evaluated import base_vertices, evaluated_vertices
from likeness.anatomy.arkit import ARKIT_NAMES, TONGUE_OUT
from likeness.errors import LikenessError
from likeness.scene.building.build import build_face
from likeness.scene.building.material import NORMAL_MAP
from likeness.scene.displacement import DETAIL
from likeness.scene.exporting.export import export_glb, save_blend
from likeness.scene.exporting.export_fbx import export_fbx
from likeness.scene.exporting.export_folder import export_folder
from likeness.scene.exporting.export_obj import export_obj
from likeness.scene.shape_keys import expression_keys
from likeness.scene.state import faces_of, state_of

EXPORTERS = {".glb": export_glb, ".fbx": export_fbx, ".obj": export_obj, ".likeness": export_folder}


def imported(path: Path) -> bpy.types.Object:
    """The mesh with keys of a file, in an otherwise empty scene."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    {".glb": bpy.ops.import_scene.gltf, ".fbx": bpy.ops.import_scene.fbx}[path.suffix](filepath=str(path))
    (mesh,) = [candidate for candidate in bpy.data.objects if candidate.type == "MESH" and candidate.data.shape_keys]
    return mesh


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


@pytest.mark.parametrize("strength", [1.0, 0.5])
def test_glb_keeps_names_values_and_bones(sheet_folder: Path, tmp_path: Path, strength: float) -> None:
    path = tmp_path / "gesicht 脸.glb"
    face = build_face(sheet_folder)
    face.modifiers[DETAIL].strength = strength
    export_glb(path, face)
    mesh = imported(path)
    keys = expression_keys(mesh)
    assert [(key.name, key.value) for key in keys] == [("raise", 0.25), ("widen", -1.5)]
    assert raised(mesh) == pytest.approx(0.01, abs=1e-6)
    assert {bone.name for bone in mesh.find_armature().data.bones} == {"head", "jaw", "eye.L"}
    normal_maps = [n for m in bpy.data.materials for n in m.node_tree.nodes if n.type == "NORMAL_MAP"]
    assert [node.inputs["Strength"].default_value for node in normal_maps] == [strength]


def raised(mesh: bpy.types.Object) -> float:
    """How far the first key lifts the vertex it moves most, metres."""
    basis, key = mesh.data.shape_keys.key_blocks[:2]
    lift = np.array([a.co - b.co for a, b in zip(key.points, basis.points, strict=True)])
    return np.linalg.norm(lift, axis=1).max() * mesh.matrix_world.median_scale


@pytest.mark.parametrize("suffix", [".glb", ".fbx"])
def test_keyframes_go_along_where_they_are_wanted(sheet_folder: Path, tmp_path: Path, suffix: str) -> None:
    for wanted in (True, False):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        face = build_face(sheet_folder)
        bpy.context.scene.frame_end = 10
        for frame, value in ((1, 0.0), (10, 1.0)):
            key = face.data.shape_keys.key_blocks["raise"]
            key.value = value
            key.keyframe_insert("value", frame=frame)
        EXPORTERS[suffix](tmp_path / f"face{suffix}", face, wanted)
        keys = imported(tmp_path / f"face{suffix}").data.shape_keys
        assert bool(keys.animation_data and keys.animation_data.action) == wanted


def test_export_leaves_the_scene_as_it_was(sheet_folder: Path, tmp_path: Path) -> None:
    other, face = build_face(sheet_folder), build_face(sheet_folder)
    other.select_set(True)
    shape = base_vertices(face)
    counts = {kind: len(getattr(bpy.data, kind)) for kind in ("objects", "meshes", "materials", "images", "actions")}
    for suffix, export in EXPORTERS.items():
        export(tmp_path / f"face{suffix}", face)
    assert set(bpy.context.selected_objects) == {other, face}
    assert bpy.context.view_layer.objects.active == face
    np.testing.assert_array_equal(base_vertices(face), shape)
    assert counts == {kind: len(getattr(bpy.data, kind)) for kind in counts}
    assert face.material_slots[0].material.node_tree.nodes[NORMAL_MAP].inputs["Strength"].is_linked


def test_gltf_has_the_face_at_its_origin(sheet_folder: Path, tmp_path: Path) -> None:
    found = []
    for place in ((0.0, 0.0, 0.0), (3.0, -2.0, 1.0)):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        bpy.context.scene.cursor.location = place
        face = build_face(sheet_folder)
        export_glb(tmp_path / "face.glb", face)
        assert tuple(face.parent.location) == place
        found.append(evaluated_vertices(imported(tmp_path / "face.glb")))
    np.testing.assert_allclose(found[0], found[1], atol=1e-5)


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT"])
@pytest.mark.parametrize("suffix", EXPORTERS)
def test_export_from_another_mode(sheet_folder: Path, tmp_path: Path, suffix: str, mode: str) -> None:
    face = build_face(sheet_folder)
    bpy.ops.object.mode_set(mode=mode)
    EXPORTERS[suffix](tmp_path / f"face{suffix}", face)
    assert (tmp_path / f"face{suffix}").exists()
    assert face.mode == mode


@pytest.mark.parametrize("suffix", [".glb", ".fbx"])
def test_a_hidden_face_is_exported_and_stays_hidden(sheet_folder: Path, tmp_path: Path, suffix: str) -> None:
    face = build_face(sheet_folder)
    face.hide_set(True)
    face.parent.hide_viewport = True
    EXPORTERS[suffix](tmp_path / f"face{suffix}", face)
    assert face.hide_get()
    assert face.parent.hide_viewport
    assert len(expression_keys(imported(tmp_path / f"face{suffix}"))) == 2


@pytest.mark.parametrize("suffix", [".glb", ".fbx"])
def test_a_face_in_a_hidden_collection_is_exported(sheet_folder: Path, tmp_path: Path, suffix: str) -> None:
    face = build_face(sheet_folder)
    bpy.context.view_layer.layer_collection.children[0].exclude = True
    EXPORTERS[suffix](tmp_path / f"face{suffix}", face)
    assert not face.visible_get()
    assert len(bpy.data.collections) == 1
    assert len(expression_keys(imported(tmp_path / f"face{suffix}"))) == 2


@pytest.mark.parametrize("save", [lambda path, face: save_blend(path), *EXPORTERS.values()])
def test_a_place_that_cannot_be_written_is_told(
    sheet_folder: Path, tmp_path: Path, save: Callable[[Path, bpy.types.Object], None]
) -> None:
    face = build_face(sheet_folder)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LikenessError, match="cannot be written") as caught:
        save(tmp_path / "file" / "face.out", face)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", [".glb", ".fbx", ".obj"])
def test_a_failed_export_keeps_the_old_file(sheet_folder: Path, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"{'x' * 300}{suffix}"  # longer than any disk allows
    face = build_face(sheet_folder)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(LikenessError, match="cannot be written"):
        EXPORTERS[suffix](path, face)
    assert sorted(tmp_path.iterdir()) == before
    old = tmp_path / f"face{suffix}"
    old.write_bytes(b"old")
    face.data.materials[0].name = "broken"
    bpy.data.images.remove(state_of(face).albedo)
    EXPORTERS[suffix](old, face)
    assert old.read_bytes() != b"old"


def test_a_heads_glb_has_the_arkit_targets(head_folder: Path, tmp_path: Path) -> None:
    export_glb(tmp_path / "head.glb", build_face(head_folder))
    names = [key.name for key in expression_keys(imported(tmp_path / "head.glb"))]
    assert tuple(names[: len(ARKIT_NAMES)]) == ARKIT_NAMES
    assert set(names[len(ARKIT_NAMES) :]) <= {TONGUE_OUT}
