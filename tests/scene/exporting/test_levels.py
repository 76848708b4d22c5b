"""Levels of detail: the cage and the finer mesh carry the keys, weights, layouts and materials of the face."""

# pyright: reportAttributeAccessIssue=none, reportArgumentType=none, reportIndexIssue=none
from __future__ import annotations

from pathlib import Path

import bmesh
import bpy
import numpy as np
import pytest
from busts import bust_reconstruction
from fbx_files import FbxFile
from likeness.errors import LikenessError
from likeness.result.choices import COARSE, DETAILS, FINE
from likeness.result.folder import read_reconstruction, write_reconstruction
from likeness.scene.axes import from_blender
from likeness.scene.building.build import build_face
from likeness.scene.exporting.export import export_glb
from likeness.scene.exporting.export_fbx import export_fbx
from likeness.scene.exporting.export_folder import export_folder
from likeness.scene.exporting.export_obj import export_obj
from likeness.scene.exporting.levels import at_level, has_cage
from likeness.scene.mesh import BASE_UV_LAYER, UV_LAYER
from likeness.scene.read_mesh import corner_uv, corner_vertices, face_materials, key_vertices, layer_uv, skin_weights

# Blender's own Python has no SciPy: there, what needs this head is left out.
subdivide = pytest.importorskip("likeness.geometry.subdivision", reason="subdividing takes SciPy").subdivide


@pytest.fixture
def bust(tmp_path: Path) -> bpy.types.Object:
    write_reconstruction(bust_reconstruction(), tmp_path / "bust.likeness")
    return build_face(tmp_path / "bust.likeness")


def counts() -> dict[str, int]:
    return {kind: len(getattr(bpy.data, kind)) for kind in ("objects", "meshes", "materials", "images", "shape_keys")}


def test_the_second_layout_is_that_of_mpfb(bust: bpy.types.Object) -> None:
    mesh = bust_reconstruction().mesh
    layers = bust.data.uv_layers
    assert layers.keys() == [UV_LAYER, BASE_UV_LAYER]
    assert layers.active.name == UV_LAYER
    assert [layer.active_render for layer in layers] == [True, False]
    np.testing.assert_allclose(layer_uv(layers[UV_LAYER]), mesh.uv[mesh.faces_uv.ravel()], atol=1e-6)
    np.testing.assert_allclose(
        layer_uv(layers[BASE_UV_LAYER]), mesh.cage.base_uv[mesh.cage.base_faces_uv.ravel()], atol=1e-6
    )


def test_a_model_without_a_cage_has_one_layout(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    assert face.data.uv_layers.keys() == [UV_LAYER]
    assert not has_cage(face)


def test_the_coarse_level_is_the_cage(bust: bpy.types.Object) -> None:
    mesh = bust_reconstruction().mesh
    with at_level(bust, COARSE) as coarse:
        assert len(coarse.data.vertices) == mesh.cage.count
        np.testing.assert_array_equal(corner_vertices(coarse.data).reshape(-1, 4), mesh.cage.faces)
        np.testing.assert_array_equal(face_materials(coarse.data), mesh.parts[::4])
        points, corners = corner_uv(coarse.data)
        np.testing.assert_allclose(points[corners], mesh.uv[mesh.cage.faces_uv.ravel()], atol=1e-6)
        base = mesh.cage.base_uv[mesh.cage.base_cage_faces_uv.ravel()]
        np.testing.assert_allclose(layer_uv(coarse.data.uv_layers[BASE_UV_LAYER]), base, atol=1e-6)
        np.testing.assert_allclose(
            skin_weights(coarse, mesh.joint_names), mesh.skin_weights[: mesh.cage.count], atol=1e-6
        )
        for key, delta in zip(coarse.data.shape_keys.key_blocks[1:], mesh.shape_key_deltas, strict=True):
            np.testing.assert_allclose(key_vertices(key), (mesh.vertices + delta)[: mesh.cage.count], atol=1e-6)


def test_the_fine_level_is_divided_once_more(bust: bpy.types.Object) -> None:
    mesh = bust_reconstruction().mesh
    expected = subdivide(mesh.faces, len(mesh.vertices), 1)
    with at_level(bust, FINE) as fine:
        assert len(fine.data.polygons) == len(expected.faces)
        keys = fine.data.shape_keys.key_blocks
        shapes = [mesh.vertices, *(mesh.vertices + mesh.shape_key_deltas)]
        for key, shape in zip(keys, shapes, strict=True):
            assert same_points(key_vertices(key), expected.matrix @ shape)
        materials = np.bincount(face_materials(fine.data))
        np.testing.assert_array_equal(materials, 4 * np.bincount(mesh.parts))
        weights = skin_weights(fine, mesh.joint_names)
        np.testing.assert_allclose(weights.sum(axis=1), 1.0, atol=1e-5)
        assert fine.data.uv_layers.keys() == [UV_LAYER, BASE_UV_LAYER]


def same_points(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether two sets of points are the same, in whatever order (both programs number them their own way)."""
    return all(
        np.linalg.norm(a[:, None] - b[None], axis=-1).min(axis=1).max() < 1e-6
        for a, b in ((first, second), (second, first))
    )


@pytest.mark.parametrize("level", DETAILS)
def test_values_names_and_rig_are_the_faces_own(bust: bpy.types.Object, level: str) -> None:
    names = bust.name, bust.data.name
    before = counts()
    with at_level(bust, level) as face:
        assert (face.name, face.data.name) == names
        assert [(key.name, key.value) for key in face.data.shape_keys.key_blocks[1:]] == [
            ("jawOpen", 0.25), ("eyeBlinkLeft", 0.5)
        ]  # fmt: skip
        assert face.find_armature() == bust.parent
        assert set(face.vertex_groups.keys()) == set(bust_reconstruction().mesh.joint_names)
        assert [slot.material for slot in face.material_slots] == [slot.material for slot in bust.material_slots]
    assert counts() == before
    assert (bust.name, bust.data.name) == names


def test_a_failed_export_leaves_nothing_behind(bust: bpy.types.Object) -> None:
    before, names = counts(), (bust.name, bust.data.name)
    with pytest.raises(ZeroDivisionError), at_level(bust, FINE):
        raise ZeroDivisionError
    assert counts() == before
    assert (bust.name, bust.data.name) == names


def test_a_face_without_a_cage_says_so(sheet_folder: Path, bust: bpy.types.Object) -> None:
    sheet = build_face(sheet_folder)
    editing = bmesh.new()
    editing.from_mesh(bust.data)
    bmesh.ops.delete(editing, geom=editing.faces[:1], context="FACES_ONLY")
    editing.to_mesh(bust.data)
    for face in (sheet, bust):
        assert not has_cage(face)
        with pytest.raises(LikenessError, match="has no coarser mesh"), at_level(face, COARSE):
            pass
    with at_level(sheet, FINE) as fine:
        assert len(fine.data.polygons) == len(sheet.data.loops)


@pytest.mark.parametrize("level", DETAILS)
def test_every_exporter_takes_a_level(bust: bpy.types.Object, tmp_path: Path, level: str) -> None:
    with at_level(bust, level) as face:
        count = len(face.data.polygons)
        export_glb(tmp_path / "bust.glb", face)
        export_fbx(tmp_path / "bust.fbx", face)
        export_obj(tmp_path / "bust.obj", face)
    lines = (tmp_path / "bust_keys" / "jawOpen.obj").read_text(encoding="utf-8").splitlines()
    assert sum(line.startswith("f ") for line in lines) == count
    for importer, suffix in ((bpy.ops.import_scene.fbx, "fbx"), (bpy.ops.import_scene.gltf, "glb")):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        importer(filepath=str(tmp_path / f"bust.{suffix}"))
        (mesh,) = [item for item in bpy.data.objects if item.type == "MESH" and item.data.shape_keys]
        assert mesh.name == "bust"
        assert mesh.data.shape_keys.key_blocks.keys()[1:] == ["jawOpen", "eyeBlinkLeft"]
        assert len(mesh.data.polygons) == count * (2 if suffix == "glb" else 1)
        assert len(mesh.data.uv_layers) == 2
        assert len(mesh.data.materials) == 13


@pytest.mark.parametrize("level", DETAILS)
def test_a_level_is_as_large_and_where_the_face_is(bust: bpy.types.Object, tmp_path: Path, level: str) -> None:
    bust.parent.location.x, bust.parent.scale = 1.0, (2.0, 2.0, 2.0)
    with at_level(bust, level) as face:
        export_fbx(tmp_path / "bust.fbx", face)
    file = FbxFile(tmp_path / "bust.fbx")
    mesh = bust_reconstruction().mesh
    cage = mesh.vertices[: mesh.cage.count]
    assert file.nodes[bust.parent.name].translation == pytest.approx((100.0, 0.0, 0.0))
    assert file.nodes["bust"].translation == pytest.approx((100.0, 0.0, 0.0))
    if level != FINE:  # which smooths it once more
        np.testing.assert_allclose(file.points[: len(cage)], 200.0 * cage, atol=1e-4)
    root = file.nodes["root"].translation
    np.testing.assert_allclose(root, 200.0 * mesh.joint_positions[mesh.joint_names.index("root")], atol=1e-4)


def test_keyframes_go_with_a_level(bust: bpy.types.Object, tmp_path: Path) -> None:
    key = bust.data.shape_keys.key_blocks["jawOpen"]
    for frame, value in ((1, 0.0), (20, 1.0)):
        key.value = value
        key.keyframe_insert("value", frame=frame)
    with at_level(bust, COARSE) as face:
        export_glb(tmp_path / "bust.glb", face, True)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=str(tmp_path / "bust.glb"))
    assert any(key.animation_data and key.animation_data.action for key in bpy.data.shape_keys)


def test_the_cage_comes_back_from_the_scene(bust: bpy.types.Object, tmp_path: Path) -> None:
    bust.data.uv_layers.active = bust.data.uv_layers[BASE_UV_LAYER]
    export_folder(tmp_path / "again.likeness", bust)
    again, first = read_reconstruction(tmp_path / "again.likeness").mesh, bust_reconstruction().mesh
    assert again.cage is not None
    np.testing.assert_array_equal(again.cage.faces, first.cage.faces)
    np.testing.assert_array_equal(again.cage.base_vertices, first.cage.base_vertices)
    pairs = [
        (again.uv[again.faces_uv], first.uv[first.faces_uv]),
        (again.uv[again.cage.faces_uv], first.uv[first.cage.faces_uv]),
        (again.cage.base_uv[again.cage.base_faces_uv], first.cage.base_uv[first.cage.base_faces_uv]),
        (again.cage.base_uv[again.cage.base_cage_faces_uv], first.cage.base_uv[first.cage.base_cage_faces_uv]),
    ]
    for found, expected in pairs:
        np.testing.assert_allclose(found, expected, atol=1e-6)
    own = len(np.unique(again.cage.base_cage_faces_uv))
    assert again.cage.base_cage_faces_uv.max() == own - 1
    assert has_cage(build_face(tmp_path / "again.likeness"))
    np.testing.assert_allclose(from_blender(np.array([v.co for v in bust.data.vertices])), first.vertices, atol=1e-6)
