"""Which faces have wrinkle groups, and what becomes of them when the maps are made again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest
from evaluated import evaluated_vertices
from likeness.anatomy.parts import PartKind, part_kind
from likeness.result.face_file import face_text
from likeness.result.folder import read_reconstruction, write_reconstruction
from likeness.scene.belongings import delete_face
from likeness.scene.building.build import build_face
from likeness.scene.building.finish import finish_face
from likeness.scene.displacement import DETAIL, STRENGTH
from likeness.scene.human.skin import _on_human
from likeness.scene.state import state_of
from likeness.scene.textures.texture_bake import replace_maps
from likeness.scene.wrinkles.controls import DYNAMIC, GROUP, groups_of, strength_names
from likeness.scene.wrinkles.give import give_wrinkles
from likeness.scene.wrinkles.nodes import BUMP, WRINKLES
from wrinkled import BROWS, GROUPS, SIDE, build_wrinkled, expected_amounts, found_amounts, wrinkled_sheet


def set_key(face: bpy.types.Object, name: str, value: float) -> None:
    face.data.shape_keys.key_blocks[name].value = value


def bumps(face: bpy.types.Object) -> list[bool]:
    """Which of the materials have a bump."""
    return [BUMP in slot.material.node_tree.nodes for slot in face.material_slots]


def test_a_face_without_groups_is_as_it_was(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    assert WRINKLES not in face.modifiers
    assert not any(name in face for name in (DYNAMIC, STRENGTH))
    assert not bumps(face)[0]
    assert face.animation_data is None
    assert groups_of(face) == ()


def test_the_skin_alone_has_the_bump(tmp_path: Path) -> None:
    face = build_wrinkled(tmp_path)
    parts = ("skin", "eye_left")
    assert bumps(face) == [part_kind(part) is PartKind.SKIN for part in parts]
    normal = face.material_slots[0].material.node_tree.nodes["Principled BSDF"].inputs["Normal"]
    assert normal.links[0].from_node.name == BUMP
    assert normal.links[0].from_node.inputs["Normal"].links[0].from_node.type == "NORMAL_MAP"


def test_maps_made_again_bring_their_groups(tmp_path: Path) -> None:
    face = build_wrinkled(tmp_path)
    bpy.ops.object.duplicate()
    copy = bpy.context.object
    face[GROUP + "Brow raise"] = 0.5
    set_key(face, "raise", 1.0)
    made = wrinkled_sheet()
    frown = replace(BROWS, name="frown", channel=1, photo=0.5)
    layers = np.zeros((SIDE, SIDE, 3), np.float32)
    layers[..., 1] = 0.001
    made = replace(made, wrinkles=(BROWS, frown), images=made.images | {BROWS.image: layers})
    del made.images[GROUPS[1].image]
    write_reconstruction(made, tmp_path / "again.likeness")
    result = read_reconstruction(tmp_path / "again.likeness")
    replace_maps(face, result)
    give_wrinkles(face, result.wrinkles)
    for one in (face, copy):
        assert [group.name for group in groups_of(one)] == ["brow_raise", "frown"]
        assert strength_names(one) == ["Wrinkles: Brow raise", "Wrinkles: Frown"]
        assert state_of(one).wrinkle_map_2 is None
        assert "Wrinkle Amounts 2" not in one
    assert face[GROUP + "Brow raise"] == 0.5
    bpy.context.view_layer.update()
    assert list(face["Wrinkle Amounts 1"]) == pytest.approx([0.5 * 0.75, 0.5, 0.0])
    assert list(copy["Wrinkle Amounts 1"]) == pytest.approx([0.0, -0.25, 0.0])
    face.modifiers[WRINKLES].show_viewport = True
    raised = evaluated_vertices(face)
    face.modifiers[WRINKLES].show_viewport = False
    np.testing.assert_allclose(np.linalg.norm(raised - evaluated_vertices(face), axis=1), 0.0005, atol=2e-6)
    made = [tree.bl_idname for tree in bpy.data.node_groups if tree.name.startswith(WRINKLES)]
    assert sorted(made) == ["GeometryNodeTree", "ShaderNodeTree"]


def test_maps_without_groups_take_them_away(tmp_path: Path) -> None:
    face = build_wrinkled(tmp_path)
    face[STRENGTH] = 0.5
    face.update_tag()
    bpy.context.view_layer.update()
    give_wrinkles(face, ())
    assert WRINKLES not in face.modifiers
    assert not any(bumps(face))
    assert not face.animation_data.drivers
    assert [name for name, _ in face.items() if "rinkle" in name or name == STRENGTH] == []
    assert face.modifiers[DETAIL].strength == pytest.approx(0.5)
    normal = face.material_slots[0].material.node_tree.nodes["Principled BSDF"].inputs["Normal"]
    assert normal.links[0].from_node.type == "NORMAL_MAP"


def test_an_older_face_gets_groups_with_new_maps(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    face.modifiers[DETAIL].strength = 0.5
    write_reconstruction(wrinkled_sheet(), tmp_path / "again.likeness")
    result = read_reconstruction(tmp_path / "again.likeness")
    replace_maps(face, result)
    give_wrinkles(face, result.wrinkles)
    set_key(face, "raise", 1.0)
    assert face[STRENGTH] == 0.5
    assert found_amounts(face) == pytest.approx(expected_amounts(face, (0.5, 0.5)), abs=1e-6)
    assert json.loads(state_of(face).record)["wrinkles"] == [group.record() for group in GROUPS]


def test_a_finished_draft_has_its_groups(tmp_path: Path) -> None:
    whole = wrinkled_sheet()
    draft = replace(whole, images={"photo.png": whole.images["photo.png"]}, wrinkles=())
    write_reconstruction(draft, tmp_path / "draft.likeness")
    face = build_face(tmp_path / "draft.likeness")
    assert WRINKLES not in face.modifiers
    write_reconstruction(whole, tmp_path / "whole.likeness")
    finish_face(face, read_reconstruction(tmp_path / "whole.likeness"), whole.mesh.shape_key_deltas)
    set_key(face, "raise", 1.0)
    assert found_amounts(face) == pytest.approx(expected_amounts(face), abs=1e-6)
    assert bumps(face) == [True, False]
    assert [modifier.name for modifier in face.modifiers][-2:] == [WRINKLES, DETAIL]


def test_a_key_that_is_gone_is_left_out(tmp_path: Path) -> None:
    face = build_wrinkled(tmp_path)
    face.shape_key_remove(face.data.shape_keys.key_blocks["widen"])
    give_wrinkles(face, groups_of(face))
    set_key(face, "raise", 1.0)
    assert found_amounts(face) == pytest.approx([0.75, 0.5 - 0.425], abs=1e-6)
    assert all(curve.driver.is_valid for curve in face.animation_data.drivers)


def test_a_deleted_face_leaves_nothing_of_its_wrinkles(tmp_path: Path) -> None:
    delete_face(build_wrinkled(tmp_path))
    assert not [image for image in bpy.data.images if "wrinkles" in image.name]
    assert not [tree for tree in bpy.data.node_groups if tree.name.startswith(WRINKLES)]


def test_on_a_human_the_skin_has_the_photo_s_relief(tmp_path: Path) -> None:
    face = build_wrinkled(tmp_path)
    body = bpy.data.materials.new("Body")
    worn = _on_human(face.material_slots[0].material, body, face, face)
    assert BUMP not in worn.node_tree.nodes
    assert any(node.type == "NORMAL_MAP" for node in worn.node_tree.nodes)


def test_a_face_built_of_its_own_folder_is_the_same(tmp_path: Path) -> None:
    from likeness.scene.exporting.export_folder import export_folder

    face = build_wrinkled(tmp_path)
    export_folder(tmp_path / "out.likeness", face)
    again = build_face(tmp_path / "out.likeness")
    assert groups_of(again) == groups_of(face)
    assert json.loads(face_text(read_reconstruction(tmp_path / "out.likeness")))["wrinkles"]
