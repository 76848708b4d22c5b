"""FBX as other programs read it: units and axes in the data, nodes that do nothing, bones at rest, takes that play."""

# pyright: reportOptionalMemberAccess=none
from __future__ import annotations

import shutil
from pathlib import Path

import bpy
import numpy as np
import pytest
from evaluated import base_vertices, evaluated_vertices
from fbx_files import units_of, written
from likeness.result.choices import FBX_TARGETS, GODOT, PLAIN, UNITY, UNREAL
from likeness.result.folder import read_reconstruction
from likeness.scene.axes import to_blender
from likeness.scene.building.build import build_face
from likeness.scene.exporting.export import export_glb
from likeness.scene.exporting.export_fbx import export_fbx
from likeness.scene.exporting.export_obj import export_obj
from likeness.scene.pose import reset_pose
from likeness.scene.read_mesh import skin_weights
from likeness.scene.shape_keys import expression_keys
from mathutils import Matrix
from synthetic import sheet_mesh

Y_UP = {"UpAxis": 1, "UpAxisSign": 1, "FrontAxis": 2, "FrontAxisSign": 1, "CoordAxis": 0, "CoordAxisSign": 1}
Z_UP = {"UpAxis": 2, "UpAxisSign": 1, "FrontAxis": 1, "FrontAxisSign": -1, "CoordAxis": 0, "CoordAxisSign": 1}


def in_file(points: np.ndarray, target: str) -> np.ndarray:
    """Points of the model, metres and Y up, as a target's file has them."""
    return (to_blender(points) if target == UNREAL else points) * units_of(target)


@pytest.mark.parametrize("target", FBX_TARGETS)
def test_units_and_axes_are_in_the_data_and_the_nodes_do_nothing(
    face: bpy.types.Object, tmp_path: Path, target: str
) -> None:
    file = written(face, tmp_path, target)
    assert file.settings.items() >= (Z_UP if target == UNREAL else Y_UP).items()
    assert file.settings["UnitScaleFactor"] == 100.0 / units_of(target)  # in centimetres, the format's own
    mesh = sheet_mesh()
    np.testing.assert_allclose(file.points, in_file(mesh.vertices, target), atol=1e-6 * units_of(target))
    others = [node for node in file.nodes.values() if node.kind != "LimbNode"]
    assert sorted(node.kind for node in others) == ["Mesh", "Null"]
    for node in others:
        assert (node.translation, node.rotation, node.scaling) == ((0,) * 3, (0,) * 3, (1,) * 3), node
    for node in file.nodes.values():
        np.testing.assert_allclose(node.scaling, 1.0, atol=1e-5)


@pytest.mark.parametrize("target", FBX_TARGETS)
def test_bones_rest_where_the_joints_are(face: bpy.types.Object, tmp_path: Path, target: str) -> None:
    mesh = sheet_mesh()
    assert face.parent.pose.bones["head"].matrix_basis != Matrix.Identity(4)  # as in the photo
    file = written(face, tmp_path, target)
    assert {name for name, node in file.nodes.items() if node.kind == "LimbNode"} == set(mesh.joint_names)
    for name, joint in zip(mesh.joint_names, in_file(mesh.joint_positions, target), strict=True):
        world = file.world(name)
        np.testing.assert_allclose(world.translation, joint, atol=1e-5 * units_of(target))
        np.testing.assert_allclose(world, file.binding[name], atol=1e-5 * units_of(target))


def test_the_keys_have_the_faces_values_as_in_gltf(face: bpy.types.Object, tmp_path: Path) -> None:
    shown = {key.name: key.value for key in expression_keys(face)}
    assert any(shown.values())
    assert written(face, tmp_path).channels == pytest.approx(shown)


def test_in_unreal_the_heads_bone_has_x_up_and_y_ahead(face: bpy.types.Object, tmp_path: Path) -> None:
    file_axes = written(face, tmp_path, UNREAL).world("head").to_3x3().transposed()
    mirror = np.array([1.0, -1.0, 1.0])  # what Unreal makes of a file's points and, for its own hand, of its bones
    unreal = [axis * mirror * sign for axis, sign in zip(map(np.array, file_axes), mirror, strict=True)]
    np.testing.assert_allclose(unreal[0], (0, 0, 1), atol=1e-6)
    np.testing.assert_allclose(unreal[1], np.array((0, -1, 0)) * mirror, atol=1e-6)  # where the face looks


def test_unreals_skeleton_begins_at_its_first_bone(face: bpy.types.Object, tmp_path: Path) -> None:
    other = bpy.data.objects.new("Armature", None)
    rig = face.parent.name
    file = written(face, tmp_path, UNREAL)
    assert file.nodes["Armature"].kind == "Null"
    assert file.parents["head"] == "Armature"
    assert (other.name, face.parent.name) == ("Armature", rig)
    assert written(face, tmp_path, UNITY).parents["head"] == rig


@pytest.mark.parametrize(("target", "kept"), [(PLAIN, True), (UNREAL, False), (UNITY, False), (GODOT, False)])
def test_a_place_in_the_scene_is_kept_or_is_the_origin(
    face: bpy.types.Object, tmp_path: Path, target: str, kept: bool
) -> None:
    face.parent.location = (1.0, 2.0, 3.0)
    face.parent.rotation_euler.z = np.pi / 2
    face.parent.scale = (2.0, 2.0, 2.0)
    file = written(face, tmp_path, target)
    node = file.nodes[face.parent.name if target != UNREAL else "Armature"]
    assert node.translation == pytest.approx((100.0, 300.0, -200.0) if kept else (0.0, 0.0, 0.0), abs=1e-4)
    assert node.rotation == pytest.approx((0.0, 90.0, 0.0) if kept else (0.0, 0.0, 0.0), abs=1e-4)
    assert node.scaling == pytest.approx((1.0, 1.0, 1.0))
    size = 2.0 * units_of(target)
    np.testing.assert_allclose(file.points, 2.0 * in_file(sheet_mesh().vertices, target), atol=1e-6 * size)


@pytest.mark.parametrize("unit", [0.01, 0.3048])
@pytest.mark.parametrize("sized", [False, True])
def test_a_face_is_life_size_whatever_the_scenes_unit(
    face: bpy.types.Object, tmp_path: Path, unit: float, sized: bool
) -> None:
    bpy.context.scene.unit_settings.scale_length = unit
    if sized:  # by the artist, to what the scene calls life size
        face.parent.scale = (1.0 / unit,) * 3
    vertices = sheet_mesh().vertices
    for target in FBX_TARGETS:
        points = written(face, tmp_path, target).points
        np.testing.assert_allclose(points, in_file(vertices, target), atol=2e-6 * units_of(target))
    export_glb(tmp_path / "out.glb", face)
    export_obj(tmp_path / "out.obj", face)
    assert face.parent.scale.x == pytest.approx(1.0 / unit if sized else 1.0)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    expected = vertices.max(axis=0) - vertices.min(axis=0)
    bpy.ops.import_scene.gltf(filepath=str(tmp_path / "out.glb"))
    (mesh,) = [item for item in bpy.data.objects if item.type == "MESH" and item.data.shape_keys]
    scale = mesh.matrix_world.to_scale()
    basis = np.array([point.co for point in mesh.data.shape_keys.reference_key.points]) * scale
    np.testing.assert_allclose(np.ptp(basis, axis=0), expected[[0, 2, 1]], atol=1e-5)
    lines = (tmp_path / "out.obj").read_text(encoding="utf-8").splitlines()
    points = np.array([line.split()[1:] for line in lines if line.startswith("v ")], float)
    np.testing.assert_allclose(np.ptp(points, axis=0), expected, atol=1e-5)


@pytest.mark.parametrize("target", FBX_TARGETS)
def test_out_and_in_again(sheet_folder: Path, tmp_path: Path, target: str) -> None:
    face = build_face(sheet_folder)
    expected = read_reconstruction(sheet_folder).mesh
    reset_pose(face)
    shown, values = base_vertices(face), [(key.name, key.value) for key in expression_keys(face)]
    weights = skin_weights(face, expected.joint_names)
    materials = [slot.material.name for slot in face.material_slots]
    parts = [polygon.material_index for polygon in face.data.polygons]
    albedo = (sheet_folder / "albedo.png").read_bytes()
    export_fbx(tmp_path / "face 脸.fbx", face, target=target)
    shutil.rmtree(sheet_folder)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.fbx(filepath=str(tmp_path / "face 脸.fbx"))
    (mesh,) = [item for item in bpy.data.objects if item.type == "MESH"]
    np.testing.assert_allclose(evaluated_vertices(mesh), shown, atol=1e-4)
    np.testing.assert_allclose(evaluated_vertices(mesh), shown, atol=1e-6)
    assert [name for name, _ in values] == [key.name for key in expression_keys(mesh)]
    np.testing.assert_allclose([key.value for key in expression_keys(mesh)], [v for _, v in values], atol=1e-6)
    np.testing.assert_allclose(skin_weights(mesh, expected.joint_names), weights, atol=1e-6)
    assert [slot.material.name for slot in mesh.material_slots] == materials
    assert [polygon.material_index for polygon in mesh.data.polygons] == parts
    (image,) = {
        node.image
        for material in mesh.data.materials
        for node in material.node_tree.nodes
        if node.type == "TEX_IMAGE" and Path(node.image.filepath).name == "albedo.png"
    }
    found = image.packed_file.data if image.packed_file else Path(bpy.path.abspath(image.filepath)).read_bytes()
    assert found == albedo


@pytest.mark.parametrize("target", FBX_TARGETS)
def test_textures_are_inside_or_beside(sheet_folder: Path, tmp_path: Path, target: str) -> None:
    face = build_face(sheet_folder)
    paths = {image.name: image.filepath_raw for image in bpy.data.images}
    contents = {path.name: path.read_bytes() for path in sheet_folder.glob("*.png")}
    shutil.rmtree(sheet_folder)
    (tmp_path / "made").mkdir()
    file = written(face, tmp_path / "made", target)
    assert file.textures.keys() == {"albedo.png", "normal.png"}
    for name, (path, content) in file.textures.items():
        if target == UNITY:
            assert (path, content) == (f"out.fbm/{name}", b"")
            assert (tmp_path / "made" / path).read_bytes() == contents[name]
        else:
            assert content == contents[name]
    assert [item.name for item in sorted((tmp_path / "made").iterdir())] == (
        ["out.fbm", "out.fbx"] if target == UNITY else ["out.fbx"]
    )
    assert {image.name: image.filepath_raw for image in bpy.data.images} == paths


def test_a_painted_texture_goes_along(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    image = next(image for image in bpy.data.images if Path(image.filepath).name == "albedo.png")
    image.pixels[0] = 1.0 if image.pixels[0] < 0.5 else 0.0
    painted = {target: written(face, tmp_path, target) for target in (GODOT, UNITY)}
    inside = painted[GODOT].textures["albedo.png"][1]
    assert inside != (sheet_folder / "albedo.png").read_bytes()
    assert (tmp_path / "out.fbm" / "albedo.png").read_bytes() == inside


def test_nothing_of_the_file_changes(face: bpy.types.Object, tmp_path: Path) -> None:
    key = face.data.shape_keys.key_blocks["raise"]
    for frame, value in ((1, 0.0), (4, 1.0)):
        key.value = value
        key.keyframe_insert("value", frame=frame)
    before = {(type(block).__name__, block.name_full) for block in bpy.data.user_map()}
    bpy.context.scene.frame_set(3)
    scene, points = bpy.context.scene, base_vertices(face)
    limits = (scene.frame_start, scene.frame_end, scene.frame_current)
    for target in FBX_TARGETS:
        written(face, tmp_path, target)
    assert {(type(block).__name__, block.name_full) for block in bpy.data.user_map()} == before
    assert bpy.context.scene == scene
    assert (scene.frame_start, scene.frame_end, scene.frame_current) == limits
    np.testing.assert_array_equal(base_vertices(face), points)


def test_a_face_without_rig_or_keys(face: bpy.types.Object, tmp_path: Path) -> None:
    bpy.data.objects.remove(face.parent)
    for _ in range(2):
        file = written(face, tmp_path, GODOT)
        np.testing.assert_allclose(file.points, sheet_mesh().vertices, atol=1e-6)
        assert [node.kind for node in file.nodes.values()] == ["Mesh"]
        face.shape_key_clear()
    face.location.x = 2.0
    assert written(face, tmp_path).nodes["face"].translation == pytest.approx((200.0, 0.0, 0.0))


def test_a_mirrored_face_has_its_outside_outside(face: bpy.types.Object, tmp_path: Path) -> None:
    reset_pose(face)
    face.parent.scale.x = -1.0
    shown = base_vertices(face)
    outside = [-normal for normal in normals(face, shown)]
    export_fbx(tmp_path / "out.fbx", face)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.fbx(filepath=str(tmp_path / "out.fbx"))
    (mesh,) = [item for item in bpy.data.objects if item.type == "MESH"]
    np.testing.assert_allclose(evaluated_vertices(mesh), shown, atol=1e-6)
    np.testing.assert_allclose(normals(mesh, shown), outside, atol=1e-6)


def normals(item: bpy.types.Object, points: np.ndarray) -> list[np.ndarray]:
    """The area of every face, as a vector, by the order of its corners."""
    corners = [points[list(polygon.vertices)] for polygon in item.data.polygons]
    return [np.cross(corner[1] - corner[0], corner[2] - corner[0]) for corner in corners]


def test_a_linked_face(face: bpy.types.Object, tmp_path: Path) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "file.blend"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "file.blend"), link=True) as (_, linked):
        linked.collections = ["face"]
    bpy.context.scene.collection.children.link(linked.collections[0])
    (face,) = [item for item in bpy.data.objects if item.type == "MESH"]
    rig = face.parent.name
    file = written(face, tmp_path, GODOT)
    assert {"face", rig, "head"} <= file.nodes.keys()
    np.testing.assert_allclose(file.points, sheet_mesh().vertices, atol=1e-6)
    assert (face.name, face.parent.name) == ("face", rig)
