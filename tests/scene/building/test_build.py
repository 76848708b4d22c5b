"""From a folder to objects: what an artist finds in the scene, and what the depsgraph makes of it."""

from __future__ import annotations

import json
from pathlib import Path

import bpy
import numpy as np
import pytest
from evaluated import base_vertices, evaluated_vertices, pixels
from likeness.errors import LikenessError
from likeness.result.file_names import MESH_FILE
from likeness.result.folder import read_reconstruction
from likeness.result.reconstruction import ALBEDO_IMAGE
from likeness.scene.building.build import build_face
from likeness.scene.displacement import DETAIL
from likeness.scene.setup.photo import light_as_photo
from likeness.scene.shape_keys import expression_keys
from likeness.scene.state import state_of
from synthetic import posed_points, project


def test_the_mesh_is_the_files(sheet_folder: Path) -> None:
    mesh = read_reconstruction(sheet_folder).mesh
    data = build_face(sheet_folder).data
    assert len(data.vertices) == len(mesh.vertices)
    corners = [[c for c in face if c >= 0] for face in mesh.faces.tolist()]
    assert [list(polygon.vertices) for polygon in data.polygons] == corners
    uv = np.array([loop.uv for loop in data.uv_layers.active.data])
    np.testing.assert_allclose(uv, mesh.uv[np.concatenate(corners)], atol=1e-6)
    basis = np.array([point.co for point in data.shape_keys.key_blocks["Basis"].points])
    np.testing.assert_allclose(basis, mesh.vertices @ [[1, 0, 0], [0, 0, 1], [0, -1, 0]], atol=1e-6)
    np.testing.assert_array_equal([polygon.material_index for polygon in data.polygons], mesh.parts)


def test_keys_carry_the_photos_values(sheet_folder: Path) -> None:
    keys = expression_keys(build_face(sheet_folder))
    assert [(k.name, k.value, k.slider_min, k.slider_max) for k in keys] == [
        ("raise", 0.25, 0.0, 1.0),
        ("widen", -1.5, -3.0, 3.0),
    ]


def test_a_value_beyond_its_range_widens_the_slider(sheet_folder: Path) -> None:
    with np.load(sheet_folder / MESH_FILE) as archive:
        arrays = dict(archive) | {"expression": np.array([-0.125, 4.0])}
    np.savez(sheet_folder / MESH_FILE, **arrays)
    keys = expression_keys(build_face(sheet_folder))
    assert [(k.value, k.slider_min, k.slider_max) for k in keys] == [(-0.125, -0.125, 1.0), (4.0, -3.0, 4.0)]


def test_the_camera_sees_the_photos_pixels(sheet_folder: Path) -> None:
    reconstruction = read_reconstruction(sheet_folder)
    face = build_face(sheet_folder)
    scene = bpy.context.scene
    assert (scene.render.resolution_x, scene.render.resolution_y) == reconstruction.image_size
    expected = project(reconstruction, posed_points(reconstruction))
    np.testing.assert_allclose(pixels(scene, base_vertices(face)), expected, atol=0.01)
    camera = scene.camera
    np.testing.assert_allclose(camera.matrix_world.to_3x3() @ bpy_vector(0, 0, -1), (0, 1, 0), atol=1e-6)
    assert camera.data.background_images[0].image.size[:] == reconstruction.image_size


def bpy_vector(*values: float) -> object:
    from mathutils import Vector

    return Vector(values)


@pytest.mark.parametrize("fy", [60.0, 110.0])
def test_pixels_that_are_not_square(sheet_folder: Path, fy: float) -> None:
    path = sheet_folder / "face.json"
    face = json.loads(path.read_text())
    face["camera"]["intrinsics"][1][1] = fy
    path.write_text(json.dumps(face))
    reconstruction = read_reconstruction(sheet_folder)
    built = build_face(sheet_folder)
    expected = project(reconstruction, posed_points(reconstruction))
    np.testing.assert_allclose(pixels(bpy.context.scene, base_vertices(built)), expected, atol=0.01)


def test_the_neutral_head_stands_upright(sheet_folder: Path) -> None:
    """Without its pose and expression the face is where model space has it."""
    face = build_face(sheet_folder)
    for key in expression_keys(face):
        key.value = 0.0
    face.parent.pose.bones["head"].matrix_basis.identity()
    mesh = read_reconstruction(sheet_folder).mesh
    np.testing.assert_allclose(base_vertices(face), mesh.vertices @ [[1, 0, 0], [0, 0, 1], [0, -1, 0]], atol=1e-6)


def test_jaw_and_eye_have_bones_and_weights(sheet_folder: Path) -> None:
    mesh = read_reconstruction(sheet_folder).mesh
    face = build_face(sheet_folder)
    rig = face.find_armature()
    assert [(bone.name, bone.parent and bone.parent.name) for bone in rig.data.bones] == [
        ("head", None),
        ("jaw", "head"),
        ("eye.L", "head"),
    ]
    weights = np.zeros_like(mesh.skin_weights)
    for vertex in face.data.vertices:
        for group in vertex.groups:
            weights[vertex.index, group.group] = group.weight
    np.testing.assert_allclose(weights, mesh.skin_weights, atol=0.003)


def test_two_faces_are_independent(sheet_folder: Path) -> None:
    first, second = build_face(sheet_folder), build_face(sheet_folder)
    before = base_vertices(second)
    first.data.shape_keys.key_blocks["raise"].value = 1.0
    first.modifiers[DETAIL].strength = 0.0
    first.parent.pose.bones["jaw"].rotation_mode = "XYZ"
    first.parent.pose.bones["jaw"].rotation_euler.x = 0.5
    np.testing.assert_array_equal(base_vertices(second), before)
    shared = {slot.material for slot in first.material_slots} & {slot.material for slot in second.material_slots}
    assert not shared
    assert state_of(first).id != state_of(second).id
    assert np.ptp(base_vertices(first)[:, 0]) < 0.35  # the spacing of faces: side by side, not inside each other
    suns = [state_of(face).sun for face in (first, second)]
    assert [sun.hide_render for sun in suns] == [True, False]


def test_a_duplicate_shares_the_light(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    duplicate = face.copy()
    bpy.context.collection.objects.link(duplicate)
    light_as_photo(bpy.context.scene, face, [])
    assert not state_of(face).sun.hide_render
    duplicate.modifiers[DETAIL].strength = 0.5
    assert face.modifiers[DETAIL].strength == 1.0


def test_removing_one_face_leaves_the_other(sheet_folder: Path) -> None:
    first, second = build_face(sheet_folder), build_face(sheet_folder)
    bpy.data.objects.remove(first)
    build_face(sheet_folder)
    assert len(evaluated_vertices(second)) == len(second.data.vertices)


def test_materials_follow_the_parts(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    skin, eye = (slot.material.node_tree.nodes["Principled BSDF"] for slot in face.material_slots)
    assert skin.inputs["Subsurface Weight"].default_value > 0
    assert eye.inputs["Subsurface Weight"].default_value == 0
    assert eye.inputs["Roughness"].default_value < 0.1 < skin.inputs["Roughness"].default_value
    albedo = skin.inputs["Base Color"].links[0].from_node.image
    normal = skin.inputs["Normal"].links[0].from_node.inputs["Color"].links[0].from_node.image
    assert [image.colorspace_settings.name for image in (albedo, normal)] == ["sRGB", "Non-Color"]


def test_a_result_without_maps_builds(sheet_folder: Path) -> None:
    for path in [*sheet_folder.glob("*.png"), *sheet_folder.glob("*.exr")]:
        path.unlink()
    face = build_face(sheet_folder)
    assert [modifier.type for modifier in face.modifiers] == ["ARMATURE", "SUBSURF"]


@pytest.mark.parametrize("damage", [lambda f: (f / MESH_FILE).unlink(), lambda f: (f / ALBEDO_IMAGE).write_bytes(b"?")])
def test_a_damaged_folder_leaves_the_file_as_it_was(sheet_folder: Path, damage) -> None:
    damage(sheet_folder)
    with pytest.raises(LikenessError):
        build_face(sheet_folder)
    for kind in ("objects", "meshes", "images", "collections", "armatures", "materials", "cameras"):
        assert not list(getattr(bpy.data, kind)), kind


def test_works_from_another_mode(sheet_folder: Path) -> None:
    build_face(sheet_folder)
    bpy.ops.object.mode_set(mode="SCULPT")
    assert build_face(sheet_folder).mode == "OBJECT"


def test_the_startup_cube_makes_room(sheet_folder: Path) -> None:
    bpy.ops.wm.read_factory_settings()
    assert {item.name for item in bpy.data.objects} == {"Camera", "Cube", "Light"}
    build_face(sheet_folder)
    assert not {item.name for item in bpy.data.objects} & {"Camera", "Cube", "Light"}


@pytest.mark.parametrize("edit", ["location", "scale", "vertices"])
def test_what_the_user_made_stays(sheet_folder: Path, edit: str) -> None:
    bpy.ops.wm.read_factory_settings()
    cube = bpy.data.objects["Cube"]
    if edit == "vertices":
        cube.data.vertices[0].co.z = 4.0
    else:
        getattr(cube, edit).x = 2.0
    build_face(sheet_folder)
    assert {item.name for item in bpy.data.objects} >= {"Camera", "Cube", "Light"}


def test_head_expressions_do_what_they_say(head_folder: Path) -> None:
    landmarks = read_reconstruction(head_folder).mesh.landmarks68
    face = build_face(head_folder)
    face.parent.pose.bones["head"].matrix_basis.identity()
    keys = face.data.shape_keys.key_blocks
    neutral = base_vertices(face)[landmarks]
    keys["jawOpen"].value = 1.0
    moved = base_vertices(face)[landmarks] - neutral
    keys["jawOpen"].value = 0.0
    assert moved[8, 2] < -0.01  # the chin goes down ...
    assert np.abs(moved[27:31]).max() < 0.001  # ... and the bridge of the nose stays
    keys["eyeBlinkLeft"].value = 1.0
    closed = base_vertices(face)[landmarks]
    left, right = (np.linalg.norm(closed[[a, b]].mean(0) - closed[[c, d]].mean(0)) for a, b, c, d in LIDS)
    open_right = np.linalg.norm(neutral[[37, 38]].mean(0) - neutral[[40, 41]].mean(0))
    assert left < 0.25 * open_right
    assert right == pytest.approx(open_right, abs=1e-5)


# Upper pair and lower pair of iBUG-68 lid points: the subject's left eye, then the right one.
LIDS = ((43, 44, 46, 47), (37, 38, 40, 41))


def test_head_camera_match(head_folder: Path) -> None:
    reconstruction = read_reconstruction(head_folder)
    face = build_face(head_folder)
    ids = reconstruction.mesh.landmarks68
    expected = project(reconstruction, posed_points(reconstruction))[ids]
    found = pixels(bpy.context.scene, base_vertices(face)[ids])
    assert np.abs(found - expected).max() < 0.5
