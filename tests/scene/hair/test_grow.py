"""Hair in a real Blender: made by its own assets, in the photo's colour, going with the skin, replaced and removed."""

# pyright: reportAttributeAccessIssue=none, reportOptionalMemberAccess=none
from __future__ import annotations

from dataclasses import replace
from math import radians
from pathlib import Path

import bpy
import numpy as np
import pytest
from data_blocks import count_blocks, purge
from likeness.errors import LikenessError
from likeness.result.colouring import Colouring
from likeness.result.folder import read_reconstruction, write_reconstruction
from likeness.scene.building.build import build_face
from likeness.scene.exporting.export_folder import export_folder
from likeness.scene.hair import assets
from likeness.scene.hair.grow import DENSITY, GUIDES, VIEWPORT_SHARE, add_hair, hair_of, remove_hair
from likeness.scene.hair.hair_material import colour_socket
from likeness.scene.hair_colour import UNKNOWN, kept_hair_colour
from likeness.scene.state import active_face
from mathutils import Vector
from mathutils.bvhtree import BVHTree

RED = (0.2, 0.06, 0.03)
ENGINES = ("CYCLES", "EEVEE")
needs_assets = pytest.mark.skipif(assets.hair_assets() is None, reason="this Blender has no hair assets")


@pytest.fixture
def red_haired(head_folder: Path, tmp_path: Path) -> bpy.types.Object:
    folder = tmp_path / "red.likeness"
    write_reconstruction(replace(read_reconstruction(head_folder), appearance=Colouring(hair=RED)), folder)
    return build_face(folder)


def roots(hair: bpy.types.Object) -> np.ndarray:
    """World places (N, 3) of the hairs as they are shown."""
    bpy.context.view_layer.update()
    shown = hair.evaluated_get(bpy.context.evaluated_depsgraph_get())
    points = np.empty(3 * len(shown.data.points), np.float32)
    shown.data.attributes["position"].data.foreach_get("vector", points)
    first = [curve.first_point_index for curve in shown.data.curves]
    return points.reshape(-1, 3)[first] @ np.array(shown.matrix_world)[:3, :3].T + shown.matrix_world.translation


def off_the_skin(hair: bpy.types.Object, face: bpy.types.Object) -> float:
    """Median distance, metres, of the shown hairs' roots from the face as it is shown."""
    places = roots(hair)
    skin = BVHTree.FromObject(face, bpy.context.evaluated_depsgraph_get())
    to_face = face.matrix_world.inverted()
    return float(np.median([skin.find_nearest(to_face @ Vector(place))[3] for place in places[::20]]))


@needs_assets
def test_hair_has_the_photos_colour_and_stands_on_the_scalp(red_haired: bpy.types.Object) -> None:
    hair = add_hair(red_haired)
    assert hair.name == f"{red_haired.name} Hair"
    assert hair_of(red_haired) == hair
    assert hair.parent == red_haired
    assert hair.users_collection == red_haired.users_collection
    assert tuple(colour_socket(hair).default_value) == pytest.approx((*RED, 1.0))
    assert kept_hair_colour(red_haired) == pytest.approx(RED)
    tree = hair.active_material.node_tree
    shaders = {engine: tree.get_output_node(engine).inputs["Surface"].links[0].from_node for engine in ENGINES}
    assert [shaders[engine].bl_idname for engine in ENGINES] == [
        "ShaderNodeBsdfHairPrincipled",
        "ShaderNodeBsdfPrincipled",
    ]
    assert all(shader.inputs[0].links[0].from_socket == colour_socket(hair) for shader in shaders.values())
    count = len(roots(hair))
    assert GUIDES < count < 2.5 * VIEWPORT_SHARE * DENSITY * 0.055
    bpy.context.view_layer.objects.active = hair
    assert active_face(bpy.context) == red_haired


@needs_assets
def test_hair_goes_with_pose_and_keys(red_haired: bpy.types.Object) -> None:
    hair = add_hair(red_haired)
    before = roots(hair)
    assert off_the_skin(hair, red_haired) < 0.0005
    bone = red_haired.parent.pose.bones["head"]
    bone.rotation_euler.y += radians(40)
    key = red_haired.shape_key_add(name="swollen", from_mix=False)
    swollen = 1.1 * np.array([point.co for point in red_haired.data.shape_keys.reference_key.points])
    key.points.foreach_set("co", swollen.astype(np.float32).ravel())
    key.value = 1.0
    after = roots(hair)
    assert len(after) == len(before)
    assert np.median(np.linalg.norm(after - before, axis=1)) > 0.01
    assert off_the_skin(hair, red_haired) < 0.0005


@needs_assets
def test_again_replaces_and_removing_leaves_nothing(red_haired: bpy.types.Object) -> None:
    blocks = count_blocks()
    add_hair(red_haired)
    once = count_blocks()
    hair = add_hair(red_haired)
    assert count_blocks() == once
    assert hair.name == f"{red_haired.name} Hair"
    bpy.context.view_layer.objects.active = hair
    remove_hair(red_haired)
    assert hair_of(red_haired) is None
    assert bpy.context.view_layer.objects.active == red_haired
    purge()
    assert count_blocks() == blocks


@needs_assets
def test_what_the_user_deletes_or_duplicates(red_haired: bpy.types.Object) -> None:
    bpy.ops.object.select_all(action="DESELECT")
    add_hair(red_haired).select_set(True)
    bpy.ops.object.delete()
    assert hair_of(red_haired) is None
    hair = add_hair(red_haired)
    assert hair.name == f"{red_haired.name} Hair"
    copy = red_haired.copy()
    bpy.context.scene.collection.objects.link(copy)
    assert hair_of(copy) is None
    remove_hair(copy)
    assert hair_of(red_haired) == hair


@needs_assets
def test_without_hair_in_the_photo_it_is_brown_and_an_edited_mesh_is_told(head_folder: Path) -> None:
    face = build_face(head_folder)
    assert kept_hair_colour(face) is None
    assert tuple(colour_socket(add_hair(face)).default_value)[:3] == pytest.approx(UNKNOWN)
    face.data.uv_layers.remove(face.data.uv_layers["UVMap"])
    with pytest.raises(LikenessError, match="was edited"):
        add_hair(face)
    assert hair_of(face) is not None


@needs_assets
def test_a_mask_gets_none_and_all_is_as_before(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    blocks = count_blocks()
    with pytest.raises(LikenessError, match="no scalp"):
        add_hair(face)
    assert count_blocks() == blocks


def test_without_assets_it_is_one_sentence_and_the_colour_stays(
    red_haired: bpy.types.Object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(assets, "hair_assets", lambda: None)
    blocks = count_blocks()
    with pytest.raises(LikenessError, match=r"without the hair assets that .* has\.$"):
        add_hair(red_haired)
    assert count_blocks() == blocks
    export_folder(tmp_path / "out.likeness", red_haired)
    assert read_reconstruction(tmp_path / "out.likeness").appearance == Colouring(hair=RED)
