"""The views of a face's texture: what Cycles shows, what an exporter finds, and what is left in the file."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import bpy
import numpy as np
import pytest
from likeness.anatomy.parts import PartKind, part_kind
from likeness.bfm.library.registry import load_model
from likeness.result.folder import write_reconstruction
from likeness.result.reconstruction import CONFIDENCE_IMAGE, Reconstruction
from likeness.scene.building.build import build_face
from likeness.scene.building.material import UNTEXTURED
from likeness.scene.displacement import SUBDIVISION
from likeness.scene.exporting.export import export_glb
from likeness.scene.state import face_images, state_of
from likeness.scene.texture_view import VIEW_GROUP, VIEWS, available_views
from rendered import orbit, render
from synthetic import model_reconstruction

NAMES = [view for view, _, _ in VIEWS]
SIDE = 256


@pytest.fixture(scope="session")
def seen_reconstruction() -> Reconstruction:
    """The mean head before a photo that differs at every pixel, half of its texture seen."""
    x, y = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    photo = np.stack([x, y, 128 + 80 * np.sin(x / 20) * np.sin(y / 20)], axis=-1).astype(np.uint8)
    made = model_reconstruction(load_model("builtin"), photo)
    confidence = np.zeros((64, 64), np.uint8)
    confidence[:, 32:] = 255
    made.images[CONFIDENCE_IMAGE] = confidence
    return made


@pytest.fixture
def face(seen_reconstruction: Reconstruction, tmp_path: Path) -> bpy.types.Object:
    """That head in a scene without any light."""
    write_reconstruction(seen_reconstruction, tmp_path / "seen.likeness")
    built = build_face(tmp_path / "seen.likeness")
    built.modifiers[SUBDIVISION].show_render = False
    bpy.context.scene.world = None
    state_of(built).sun.hide_render = True
    return built


def pictured(path: Path, camera: bpy.types.Object | None = None) -> np.ndarray:
    """sRGB picture (H, W, 3) in [0, 255] of the face, NaN beside it."""
    camera = camera or bpy.context.scene.camera
    found = render(path / "view.exr", camera, (SIDE, SIDE), samples=1)
    linear = np.clip(found[..., :3], 0.0, 1.0)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.where(found[..., 3:] > 0.99, srgb * 255, np.nan)


def material_of(glb: Path) -> list[dict]:
    """The materials of a glTF file."""
    data = glb.read_bytes()
    length = struct.unpack("<I", data[12:16])[0]
    return json.loads(data[20 : 20 + length])["materials"]


def chin_row(made: Reconstruction) -> int:
    """The row of the photo in which the chin is."""
    chin = made.mesh.vertices[made.mesh.landmarks68[8]] @ made.rotation.T + made.translation
    pixel = made.intrinsics @ chin
    return int(pixel[1] / pixel[2])


def test_the_photo_lies_where_it_was_taken_from(
    face: bpy.types.Object, tmp_path: Path, seen_reconstruction: Reconstruction
) -> None:
    state_of(face).texture_view = "PHOTO"
    found = pictured(tmp_path)
    found[chin_row(seen_reconstruction) :] = np.nan  # only the head is turned as in the photo, the neck rests
    photo = np.array(state_of(face).photo_image.pixels[:]).reshape(SIDE, SIDE, 4)[::-1, :, :3] * 255
    on_face = np.isfinite(found[..., 0])
    assert on_face.mean() > 0.1
    error = np.abs(found - photo)[on_face].max(axis=-1)
    assert np.median(error) < 2.0  # neighbouring pixels differ by 1 and more
    assert (error < 4.0).mean() > 0.9  # the rest is the rim, which does not face the camera


def test_the_photo_moves_with_the_face(face: bpy.types.Object, tmp_path: Path) -> None:
    state_of(face).texture_view = "PHOTO"
    camera = bpy.context.scene.camera
    camera.parent = None  # else it goes with the rig
    before = pictured(tmp_path)
    face.parent.location.x += 0.01
    after = pictured(tmp_path)
    camera.location.x += 0.01
    with_camera = pictured(tmp_path)
    both = np.isfinite(before[..., 0]) & np.isfinite(after[..., 0])
    assert np.median(np.abs(after - before)[both]) > 3.0
    np.testing.assert_allclose(with_camera[both], before[both], atol=3.0)


def test_what_faces_away_from_the_photo_is_the_albedo(face: bpy.types.Object, tmp_path: Path) -> None:
    pictures = []
    for view in ("PHOTO", "ALBEDO"):
        state_of(face).texture_view = view
        pictures.append(pictured(tmp_path, orbit(np.pi / 2)))  # the face looks to the left
    photo, albedo = pictures
    columns = np.flatnonzero(np.isfinite(albedo[..., 0]).any(axis=0))
    nose, nape = columns[: len(columns) // 4], columns[-len(columns) // 4 :]
    difference = np.abs(photo - albedo).max(axis=-1)
    assert np.nanmedian(difference[:, nose]) > 20.0
    assert np.nanmax(difference[:, nape]) < 1.0
    skin = np.array(state_of(face).albedo.pixels[:3]) * 255
    np.testing.assert_allclose(np.nanmedian(albedo.reshape(-1, 3), axis=0), skin, atol=1.5)


def test_seen_and_guessed_are_two_colours(face: bpy.types.Object, tmp_path: Path) -> None:
    state_of(face).texture_view = "SEEN"
    found = pictured(tmp_path, orbit(0.0))
    left, right = found[:, : SIDE // 2 - 8], found[:, SIDE // 2 + 8 :]
    guessed, seen = (np.nanmedian(side.reshape(-1, 3), axis=0) for side in (left, right))
    assert guessed[0] > guessed[1] + 30  # orange
    assert seen[1] > seen[0] + 30  # green


@pytest.mark.parametrize("view", NAMES)
def test_an_exporter_finds_the_albedo_in_every_view(face: bpy.types.Object, tmp_path: Path, view: str) -> None:
    state_of(face).texture_view = view
    export_glb(tmp_path / "face.glb", face)
    for material in material_of(tmp_path / "face.glb"):
        textured = part_kind(material["name"].removeprefix("seen ")) not in UNTEXTURED - {PartKind.LASHES}
        assert ("baseColorTexture" in material["pbrMetallicRoughness"]) == textured
        assert not {"emissiveTexture", "emissiveFactor"} & set(material)
        assert "KHR_materials_unlit" not in material.get("extensions", {})


def test_shaded_leaves_nothing_behind(face: bpy.types.Object) -> None:
    trees = [slot.material.node_tree for slot in face.material_slots]
    before = [[node.name for node in tree.nodes] for tree in trees]
    groups = len(bpy.data.node_groups)
    for view in [*NAMES[1:], "SHADED"]:
        state_of(face).texture_view = view
        made = [group for group in bpy.data.node_groups if group.name.startswith(VIEW_GROUP)]
        assert len(made) == (view != "SHADED")
    assert [[node.name for node in tree.nodes] for tree in trees] == before
    assert len(bpy.data.node_groups) == groups


def test_faces_are_viewed_each_by_itself(sheet_folder: Path) -> None:
    first, second = build_face(sheet_folder), build_face(sheet_folder)
    state_of(first).texture_view = "ALBEDO"
    state_of(second).texture_view = "PHOTO"
    state_of(first).texture_view = "SHADED"
    groups = [
        {node.node_tree.name for node in slot.material.node_tree.nodes if node.name == VIEW_GROUP}
        for face in (first, second)
        for slot in face.material_slots
    ]
    assert groups[:2] == [set(), set()]
    assert groups[2] == groups[3] != set()


def test_a_draft_has_the_photo_alone(sheet_folder: Path) -> None:
    for name in ("albedo.png", "normal.png", "displacement.exr"):
        (sheet_folder / name).unlink()
    face = build_face(sheet_folder)
    assert available_views(face, face_images(face)) == {"SHADED", "PHOTO"}
    state_of(face).texture_view = "PHOTO"
    assert all(VIEW_GROUP in slot.material.node_tree.nodes for slot in face.material_slots)


@pytest.mark.parametrize("linked", [False, True])
def test_a_duplicate_shows_a_view_of_its_own(face: bpy.types.Object, linked: bool) -> None:
    """Whether it shares materials alone, or the mesh as well (Alt D)."""
    state_of(face).texture_view = "ALBEDO"
    for item in bpy.context.view_layer.objects:
        item.select_set(item == face)
    bpy.context.view_layer.objects.active = face
    bpy.ops.object.duplicate(linked=linked)
    duplicate = bpy.context.view_layer.objects.active
    before = [slot.material for slot in face.material_slots]
    for view, shown in (("SHADED", False), ("PHOTO", True), ("SHADED", False)):
        state_of(duplicate).texture_view = view
        assert [slot.material for slot in face.material_slots] == before
        assert shows_view(face)
        assert shows_view(duplicate) == shown
    copies = [slot.material for slot in duplicate.material_slots]
    assert not set(copies) & set(before)
    state_of(duplicate).texture_view = "SEEN"
    assert [slot.material for slot in duplicate.material_slots] == copies, "they are its own already"


def shows_view(face: bpy.types.Object) -> bool:
    return any(VIEW_GROUP in slot.material.node_tree.nodes for slot in face.material_slots)
