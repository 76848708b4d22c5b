"""Users edit, delete, duplicate, append and link faces, and builds fail: nothing breaks and nothing is left over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np
import pytest
from data_blocks import count_blocks, purge
from evaluated import base_vertices, evaluated_vertices
from likeness.errors import LikenessError
from likeness.result.folder import read_reconstruction
from likeness.scene.building import build
from likeness.scene.building.build import build_face, select
from likeness.scene.displacement import DETAIL
from likeness.scene.exporting.export import export_glb, save_blend
from likeness.scene.exporting.export_fbx import export_fbx
from likeness.scene.exporting.export_folder import export_folder
from likeness.scene.exporting.export_obj import export_obj
from likeness.scene.light.lighting import match_photo
from likeness.scene.setup.photo import light_as_photo
from likeness.scene.shape_keys import expression_keys
from likeness.scene.state import active_face, faces_of, state_of

STAGES = (
    *(
        "load_images",
        "create_mesh",
        "add_shape_keys",
        "create_armature",
        "bind",
        "pose_head",
        "limit_bones",
        "add_detail",
    ),
    *("add_materials", "create_camera", "remember", "remember_expression", "keep_images", "remember_photo"),
    "match_photo",
)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("late", [False, True])
def test_a_failing_stage_leaves_the_file_as_it_was(
    sheet_folder: Path, monkeypatch: pytest.MonkeyPatch, stage: str, late: bool
) -> None:
    bpy.ops.wm.read_factory_settings()
    first = bpy.context.view_layer.objects.active
    before, world, camera = count_blocks(), bpy.context.scene.world, bpy.context.scene.camera
    original = getattr(build, stage)

    def fail(*arguments: object) -> None:
        if late:
            original(*arguments)
        raise MemoryError("the reason")

    monkeypatch.setattr(build, stage, fail)
    with pytest.raises(MemoryError):
        build_face(sheet_folder)
    assert count_blocks() == before
    assert (bpy.context.scene.world, bpy.context.scene.camera) == (world, camera)
    assert bpy.context.view_layer.objects.active == first
    assert bpy.context.selected_objects == [first]
    monkeypatch.undo()
    assert build_face(sheet_folder) == active_face(bpy.context)


def test_fifty_faces_come_and_go(sheet_folder: Path) -> None:
    def cycle() -> None:
        build_face(sheet_folder)
        bpy.data.batch_remove(list(bpy.context.scene.objects))
        bpy.context.scene.world = None
        for collection in list(bpy.context.scene.collection.children):
            bpy.data.collections.remove(collection)
        purge()

    before = count_blocks()
    for _ in range(50):
        cycle()
    assert count_blocks() == before


def delete_with_the_delete_key(*items: bpy.types.Object) -> None:
    for selected in bpy.context.selected_objects:
        selected.select_set(False)
    for item in items:
        item.hide_set(False)
        item.select_set(True)
    bpy.ops.object.delete()


@pytest.mark.parametrize("part", ["camera", "sun", "world", "rig"])
def test_a_face_without_its_companion(sheet_folder: Path, tmp_path: Path, part: str) -> None:
    face, other = build_face(sheet_folder), build_face(sheet_folder)
    memory = state_of(face)
    if part == "world":
        bpy.data.worlds.remove(memory.world)
    else:
        delete_with_the_delete_key(face.parent if part == "rig" else getattr(memory, part))
    light_as_photo(bpy.context.scene, face, [])
    select(face)
    assert active_face(bpy.context) == face
    assert set(faces_of(bpy.context.scene)) == {face, other}
    match_photo(face)
    build_face(sheet_folder)
    if part == "rig":
        with pytest.raises(LikenessError, match="rig"):
            export_folder(tmp_path / "out.likeness", face)
    else:
        export_folder(tmp_path / "out.likeness", face)
        assert read_reconstruction(tmp_path / "out.likeness").mesh.shape_key_names == ("raise", "widen")


def test_deleting_the_face_alone_leaves_companions_that_mean_no_face(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    rig, camera = face.parent, state_of(face).camera
    delete_with_the_delete_key(face)
    purge()
    for item in (rig, camera):
        bpy.context.view_layer.objects.active = item
        assert active_face(bpy.context) is None
    assert not bpy.data.meshes
    assert not bpy.data.shape_keys


@pytest.mark.parametrize("linked", [False, True])
def test_a_duplicate_is_a_face_of_its_own(sheet_folder: Path, tmp_path: Path, linked: bool) -> None:
    face = build_face(sheet_folder)
    face.parent.select_set(True)
    bpy.ops.object.duplicate(linked=linked)
    (copy,) = [candidate for candidate in bpy.context.selected_objects if candidate.type == "MESH"]
    assert copy != face
    assert set(faces_of(bpy.context.scene)) == {face, copy}
    bpy.context.view_layer.objects.active = copy.parent
    assert active_face(bpy.context) == copy
    before = base_vertices(face)
    copy.parent.pose.bones["jaw"].rotation_euler.x = 0.5
    copy.modifiers[DETAIL].strength = 0.5
    expression_keys(copy)[0].value = 0.75
    assert face.modifiers[DETAIL].strength == 1.0
    # A linked duplicate shares the mesh with its keys: that is what it is for.
    assert (expression_keys(face)[0].value == 0.75) == linked
    if not linked:
        np.testing.assert_array_equal(base_vertices(face), before)
    export_folder(tmp_path / "copy.likeness", copy)
    delete_with_the_delete_key(face)
    assert faces_of(bpy.context.scene) == [copy]
    assert len(evaluated_vertices(copy)) == len(copy.data.vertices)


@pytest.mark.parametrize("link", [False, True])
def test_a_face_from_another_file(sheet_folder: Path, tmp_path: Path, link: bool) -> None:
    shape = evaluated_vertices(build_face(sheet_folder, "Ada"))
    save_blend(tmp_path / "other.blend")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "other.blend"), link=link) as (_, wanted):
        wanted.objects = ["Ada"]
    (face,) = wanted.objects
    bpy.context.scene.collection.objects.link(face)
    bpy.context.view_layer.objects.active = face
    assert active_face(bpy.context) == face
    np.testing.assert_allclose(evaluated_vertices(face), shape, atol=1e-6)
    export_folder(tmp_path / "out.likeness", face)
    assert (
        read_reconstruction(tmp_path / "out.likeness").images.keys() == read_reconstruction(sheet_folder).images.keys()
    )
    for suffix, export in ((".glb", export_glb), (".fbx", export_fbx), (".obj", export_obj)):
        export(tmp_path / f"out{suffix}", face)
        assert (tmp_path / f"out{suffix}").stat().st_size
    other = build_face(sheet_folder)
    assert set(faces_of(bpy.context.scene)) == {face, other}


def add_vertices(mesh: bpy.types.Mesh) -> None:
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.mesh.subdivide()


def delete_vertices(mesh: bpy.types.Mesh) -> None:
    bpy.ops.mesh.select_all(action="DESELECT")
    bpy.ops.object.mode_set(mode="OBJECT")
    for vertex in mesh.vertices[:5]:
        vertex.select = True
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.delete(type="VERT")


def triangulate(mesh: bpy.types.Mesh) -> None:
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.mesh.quads_convert_to_tris()


@pytest.mark.parametrize("edit", [add_vertices, delete_vertices, triangulate])
def test_an_edited_topology_is_exported(
    sheet_folder: Path, tmp_path: Path, edit: Callable[[bpy.types.Mesh], None]
) -> None:
    face = build_face(sheet_folder)
    landmark = read_reconstruction(sheet_folder).mesh
    bpy.ops.object.mode_set(mode="EDIT")
    edit(face.data)
    export_folder(tmp_path / "out.likeness", face)
    mesh = read_reconstruction(tmp_path / "out.likeness").mesh
    assert len(mesh.vertices) == len(face.data.vertices)
    assert len(mesh.faces) == len(face.data.polygons)
    # The landmarks are where they were as far as their vertices are left.
    moved = mesh.vertices[mesh.landmarks68] - landmark.vertices[landmark.landmarks68]
    assert np.median(np.linalg.norm(moved, axis=1)) < 1e-6
    again = build_face(tmp_path / "out.likeness")
    assert len(again.data.vertices) == len(mesh.vertices)


def test_faces_with_many_corners_are_told(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.mesh.dissolve_faces()
    with pytest.raises(LikenessError, match="triangulate"):
        export_folder(tmp_path / "out.likeness", face)
    assert not (tmp_path / "out.likeness").exists()


def test_keys_that_come_and_go(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    face.shape_key_remove(face.data.shape_keys.key_blocks["raise"])
    face.shape_key_add(name="grin", from_mix=False).value = 0.5
    export_folder(tmp_path / "out.likeness", face)
    mesh = read_reconstruction(tmp_path / "out.likeness").mesh
    assert mesh.shape_key_names == ("widen", "grin")
    np.testing.assert_allclose(mesh.expression, [-1.5, 0.5])
    face.shape_key_clear()
    export_folder(tmp_path / "none.likeness", face)
    assert read_reconstruction(tmp_path / "none.likeness").mesh.shape_key_deltas.shape == (0, 81, 3)
    assert not expression_keys(build_face(tmp_path / "none.likeness"))
