"""A result folder from the scene: what comes out goes in again, with everything the user changed."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import bpy
import numpy as np
import pytest
from evaluated import base_vertices, pixels
from likeness.errors import LikenessError
from likeness.result.face_file import face_text
from likeness.result.file_names import FACE_FILE
from likeness.result.folder import read_reconstruction
from likeness.result.reconstruction import DISPLACEMENT_IMAGE, Mesh, Reconstruction
from likeness.scene.building.build import build_face
from likeness.scene.exporting.export_folder import export_folder
from likeness.scene.light.sh_light import turn_light
from likeness.scene.light.sky import ROTATION, STRENGTH, light_node
from likeness.scene.state import state_of
from mathutils import Euler
from synthetic import posed_points, project, rotation_about

EXACT = ("model", "image_size", "landmarks", "timings", "provenance", "coefficients")
NUMBERS = ("intrinsics", "rotation", "translation", "lighting")


def assert_same(found: Reconstruction, expected: Reconstruction, atol: float = 2e-6) -> None:
    """Equal within single precision; texture points may stand in another order."""
    for name in EXACT:
        assert getattr(found, name) == getattr(expected, name), name
    for name in NUMBERS:
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-6, atol=atol, err_msg=name)
    for field in fields(Mesh):
        ours, theirs = getattr(found.mesh, field.name), getattr(expected.mesh, field.name)
        if field.name == "cage":
            assert (ours is None) == (theirs is None)
        elif field.name not in ("uv", "faces_uv"):
            np.testing.assert_array_equal(ours, theirs, field.name) if field.name.endswith("names") else (
                np.testing.assert_allclose(ours, theirs, atol=1e-7, err_msg=field.name)
            )
    corners = expected.mesh.faces >= 0
    np.testing.assert_array_equal(
        found.mesh.uv[found.mesh.faces_uv[corners]], expected.mesh.uv[expected.mesh.faces_uv[corners]]
    )
    assert found.images.keys() == expected.images.keys()
    for name, path in expected.images.items():
        assert found.images[name].read_bytes() == path.read_bytes(), name


@pytest.mark.parametrize("faces_before", [0, 1])
def test_out_and_in_again(sheet_folder: Path, tmp_path: Path, faces_before: int) -> None:
    for _ in range(faces_before):
        build_face(sheet_folder)
    face = build_face(sheet_folder)
    export_folder(tmp_path / "out 脸.likeness", face)
    found = read_reconstruction(tmp_path / "out 脸.likeness")
    assert_same(found, read_reconstruction(sheet_folder))
    shape = base_vertices(face) - face.parent.location
    again = build_face(tmp_path / "out 脸.likeness")
    np.testing.assert_allclose(base_vertices(again) - again.parent.location, shape, atol=1e-6)


def test_a_head_out_and_in_again(head_folder: Path, tmp_path: Path) -> None:
    export_folder(tmp_path / "out.likeness", build_face(head_folder))
    assert_same(read_reconstruction(tmp_path / "out.likeness"), read_reconstruction(head_folder), atol=1e-4)


def test_what_the_user_did_to_face_pose_and_camera(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    face.data.shape_keys.key_blocks["raise"].value = 0.75
    head = face.parent.pose.bones["head"]
    head.rotation_euler.y += 0.4
    head.location = (0.01, 0.02, 0.0)
    face.parent.location = (0.0, 0.05, 0.01)
    face.parent.rotation_euler = (0.0, 0.1, 0.2)
    camera = state_of(face).camera
    camera.location.x += 0.03
    camera.rotation_euler = Euler((1.5, 0.1, 0.05))
    camera.data.lens *= 1.25
    camera.data.shift_x = 0.04
    seen = pixels(bpy.context.scene, base_vertices(face))
    export_folder(tmp_path / "out.likeness", face)
    found = read_reconstruction(tmp_path / "out.likeness")
    assert found.mesh.expression[0] == 0.75
    assert found.coefficients["expression"][0] == 0.75
    np.testing.assert_allclose(found.rotation @ found.rotation.T, np.eye(3), atol=1e-6)
    np.testing.assert_allclose(project(found, posed_points(found)), seen, atol=0.01)


def test_a_scaled_head_is_seen_the_same(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    face.parent.scale = (2.0, 2.0, 2.0)
    seen = pixels(bpy.context.scene, base_vertices(face))
    export_folder(tmp_path / "out.likeness", face)
    found = read_reconstruction(tmp_path / "out.likeness")
    np.testing.assert_allclose(project(found, posed_points(found)), seen, atol=0.01)


def test_the_light_as_it_is_now(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    inputs = light_node(state_of(face).world).inputs
    inputs[STRENGTH].default_value = 0.5
    inputs[ROTATION].default_value = np.radians(30.0)
    export_folder(tmp_path / "out.likeness", face)
    photo = read_reconstruction(sheet_folder).lighting
    # Counter-clockwise from above about Blender's Z, which is Y of the view frame.
    expected = 0.5 * turn_light(photo, rotation_about((0, 1, 0), 30.0))
    np.testing.assert_allclose(read_reconstruction(tmp_path / "out.likeness").lighting, expected, atol=1e-5)


def test_a_camera_that_looks_from_elsewhere_sees_the_light_from_elsewhere(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    state_of(face).camera.rotation_euler.z += np.radians(90.0)  # to its left
    export_folder(tmp_path / "out.likeness", face)
    photo = read_reconstruction(sheet_folder).lighting
    found = read_reconstruction(tmp_path / "out.likeness").lighting
    # What came from the left (-x) now comes from ahead (-z).
    np.testing.assert_allclose(found[2], photo[3], atol=1e-5)
    np.testing.assert_allclose(found[[0, 1]], photo[[0, 1]], atol=1e-5)


def test_without_its_camera_the_photos_view_stays(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    bpy.data.objects.remove(state_of(face).camera)
    export_folder(tmp_path / "out.likeness", face)
    assert_same(read_reconstruction(tmp_path / "out.likeness"), read_reconstruction(sheet_folder))


def test_a_painted_texture_goes_along(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    albedo = state_of(face).albedo
    albedo.pixels[:4] = (1.0, 0.0, 0.0, 1.0)
    assert albedo.is_dirty
    export_folder(tmp_path / "out.likeness", face)
    image = bpy.data.images.load(str(tmp_path / "out.likeness" / "albedo.png"))
    np.testing.assert_allclose(image.pixels[:4], (1.0, 0.0, 0.0, 1.0), atol=0.01)


def test_an_unpacked_image_that_is_gone_is_told(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    image = state_of(face).displacement
    image.unpack(method="REMOVE")
    (sheet_folder / DISPLACEMENT_IMAGE).unlink()
    with pytest.raises(LikenessError, match=DISPLACEMENT_IMAGE):
        export_folder(tmp_path / "out.likeness", face)
    assert not (tmp_path / "out.likeness").exists()


def test_a_face_without_a_record_is_told(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    state_of(face).record = ""
    with pytest.raises(LikenessError, match="earlier version"):
        export_folder(tmp_path / "out.likeness", face)


def test_the_record_is_what_the_folder_says(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    assert state_of(face).record == face_text(read_reconstruction(sheet_folder))
    assert state_of(face).record == (sheet_folder / FACE_FILE).read_text(encoding="utf-8")
