"""OBJ with keys: files that any program reads, in one vertex order."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from likeness.errors import LikenessError
from likeness.result.folder import read_reconstruction
from likeness.scene.building.build import build_face
from likeness.scene.exporting import export_obj as module
from likeness.scene.exporting.export_obj import export_obj


def vertices_of(path: Path) -> np.ndarray:
    """Vertices (N, 3) of an OBJ file, in the order of the file."""
    lines = [line.split()[1:] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("v ")]
    return np.array(lines, dtype=float)


def test_every_file_has_the_vertices_of_the_result(sheet_folder: Path, tmp_path: Path) -> None:
    mesh = read_reconstruction(sheet_folder).mesh
    export_obj(tmp_path / "gesicht 脸.obj", build_face(sheet_folder))
    np.testing.assert_allclose(vertices_of(tmp_path / "gesicht 脸.obj"), mesh.vertices, atol=1e-6)
    keys = sorted((tmp_path / "gesicht 脸_keys").iterdir())
    assert [path.name for path in keys] == ["raise.obj", "widen.obj"]
    for path, delta in zip(keys, mesh.shape_key_deltas, strict=True):
        np.testing.assert_allclose(vertices_of(path), mesh.vertices + delta, atol=1e-6)


def test_blender_reads_it_with_materials_and_textures(sheet_folder: Path, tmp_path: Path) -> None:
    mesh = read_reconstruction(sheet_folder).mesh
    path = tmp_path / "face.obj"
    export_obj(path, build_face(sheet_folder, "Ada"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.wm.obj_import(filepath=str(path), forward_axis="NEGATIVE_Z", up_axis="Y")
    data = bpy.context.selected_objects[0].data
    read = np.array([vertex.co for vertex in data.vertices])
    np.testing.assert_allclose(read, mesh.vertices, atol=1e-6)
    sizes = [polygon.loop_total for polygon in data.polygons]
    assert sorted(sizes) == sorted((mesh.faces >= 0).sum(axis=1).tolist())
    assert [material.name for material in data.materials] == ["Ada_skin", "Ada_eye_left"]
    used = [polygon.material_index for polygon in data.polygons]
    assert sorted(used) == sorted(mesh.parts.tolist())
    (albedo,) = bpy.data.images
    assert (Path(albedo.filepath), tuple(albedo.size)) == (tmp_path / "face_textures" / "albedo.png", (16, 16))
    # Blender would take a normal map only where others expect heights.
    assert "norm face_textures/normal.png" in (tmp_path / "face.mtl").read_text().splitlines()
    uv = np.array([loop.uv for loop in data.uv_layers.active.data])
    vertices = [loop.vertex_index for loop in data.loops]
    np.testing.assert_allclose(uv, mesh.uv[vertices], atol=1e-6)  # one texture point a vertex


def test_keys_whose_names_are_no_file_names(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    for name in ("a/b", "a:b", "Raise", "笑"):
        face.shape_key_add(name=name, from_mix=False)
    export_obj(tmp_path / "face.obj", face)
    names = [path.stem for path in (tmp_path / "face_keys").iterdir()]
    assert len({name.lower() for name in names}) == 6
    assert {"raise", "widen", "笑"} <= set(names)


def test_a_second_export_replaces_the_first_and_nothing_else(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    export_obj(tmp_path / "face.obj", face)
    (tmp_path / "face_keys" / "notes.txt").write_text("mine")
    face.data.shape_keys.key_blocks[0].points[0].co.x += 1.0
    export_obj(tmp_path / "face.obj", face)
    assert vertices_of(tmp_path / "face.obj")[0, 0] > 0.9
    assert (tmp_path / "face_keys" / "notes.txt").read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} >= {"face.obj", "face.mtl", "face_keys", "face_textures"}
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_failure_in_the_middle_leaves_the_first_export(
    sheet_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    face = build_face(sheet_folder)
    export_obj(tmp_path / "face.obj", face)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.obj")}
    face.data.shape_keys.key_blocks[0].points[0].co.x += 1.0

    def fail(path: Path, text: str) -> None:
        if path.stem == "widen":
            raise OSError(28, "No space left on device")
        path.write_text(text)

    monkeypatch.setattr(module, "_write", fail)
    with pytest.raises(LikenessError, match="No space left"):
        export_obj(tmp_path / "face.obj", face)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.obj")} == before


def test_a_mesh_of_the_users_own_making(sheet_folder: Path, tmp_path: Path) -> None:
    """Without keys, UVs and materials, with faces of many corners."""
    face = build_face(sheet_folder)
    face.shape_key_clear()
    face.data.uv_layers.remove(face.data.uv_layers.active)
    face.data.materials.clear()
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.mesh.dissolve_faces()
    export_obj(tmp_path / "face.obj", face)
    corners = [len(line.split()) - 1 for line in (tmp_path / "face.obj").read_text().splitlines() if line[:2] == "f "]
    assert max(corners) > 4
    assert (tmp_path / "face.mtl").read_text() == ""
