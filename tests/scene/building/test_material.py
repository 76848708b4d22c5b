"""Materials: a slot for every kind of part, lashes cut out of their strips, tears one sees through."""

# pyright: reportAttributeAccessIssue=none, reportArgumentType=none, reportIndexIssue=none
from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from busts import LASH_CHART, PATCHES, bust_reconstruction
from likeness.anatomy.parts import PartKind, PartName
from likeness.result.folder import write_reconstruction
from likeness.scene.building.build import build_face
from likeness.scene.building.material import COLOURS, SURFACES
from likeness.scene.exporting.export import export_glb
from likeness.scene.exporting.export_obj import export_obj
from likeness.scene.state import state_of
from likeness.scene.texture_view import ALBEDO, VIEW_GROUP
from likeness.scene.textures.strands import LOWER, ROW_HEIGHT, UPPER, WIDTH, lash_alpha


@pytest.fixture
def bust(tmp_path: Path) -> bpy.types.Object:
    write_reconstruction(bust_reconstruction(), tmp_path / "bust.likeness")
    return build_face(tmp_path / "bust.likeness")


def material_of(face: bpy.types.Object, part: str) -> bpy.types.Material:
    return face.material_slots[list(PATCHES).index(part)].material


def shader_of(face: bpy.types.Object, part: str) -> bpy.types.ShaderNode:
    return material_of(face, part).node_tree.nodes["Principled BSDF"]


def test_every_kind_of_part_has_a_surface() -> None:
    assert set(SURFACES) == set(PartKind)
    assert set(COLOURS) >= set(PartKind) - {PartKind.SKIN, PartKind.LASHES}


def test_each_part_has_a_slot_of_its_own(bust: bpy.types.Object) -> None:
    assert [slot.material.name.removeprefix("bust ") for slot in bust.material_slots] == list(PATCHES)
    indices = np.empty(len(bust.data.polygons), np.int32)
    bust.data.polygons.foreach_get("material_index", indices)
    np.testing.assert_array_equal(indices, bust_reconstruction().mesh.parts)


def test_an_opaque_eye_has_its_cornea_as_a_coat(bust: bpy.types.Object) -> None:
    for side in ("left", "right"):
        assert shader_of(bust, f"iris_{side}").inputs["Base Color"].is_linked
        pupil = shader_of(bust, f"pupil_{side}")
        assert max(pupil.inputs["Base Color"].default_value[:3]) < 0.01
        for part in ("iris", "pupil"):
            inputs = shader_of(bust, f"{part}_{side}").inputs
            assert inputs["Specular IOR Level"].default_value == 0.0
            assert 0.1 < inputs["Coat Weight"].default_value < 0.5, "lamps are mirrored, a bright room is no fog"


def test_tears_are_nearly_clear_and_no_slab_in_solid_view(bust: bpy.types.Object) -> None:
    shader = shader_of(bust, PartName.TEAR_LINE)
    assert 0.0 < shader.inputs["Alpha"].default_value < 0.5
    assert shader.inputs["Roughness"].default_value < 0.1
    assert material_of(bust, PartName.TEAR_LINE).diffuse_color[3] < 0.2
    assert material_of(bust, PartName.TEAR_LINE).surface_render_method == "BLENDED"
    assert material_of(bust, PartName.LASHES).surface_render_method == "DITHERED"
    assert material_of(bust, PartName.SKIN).diffuse_color[3] == 1.0


def test_eyes_and_mouth_are_read_in_solid_view(bust: bpy.types.Object) -> None:
    brightness = {part: sum(material_of(bust, part).diffuse_color[:3]) / 3 for part in PATCHES}
    white, iris, pupil = (brightness[part] for part in ("eye_left", "iris_left", "pupil_left"))
    assert white > 2 * iris > 10 * pupil
    assert brightness[PartName.TEETH] > 2 * brightness[PartName.MOUTH]
    assert material_of(bust, PartName.MOUTH).specular_intensity == 0.0
    assert brightness[PartName.SKIN] == pytest.approx(0.8)


def test_strands_fill_the_lashes_rectangle(bust: bpy.types.Object) -> None:
    tree = material_of(bust, PartName.LASHES).node_tree
    (mapping,) = [node for node in tree.nodes if node.type == "MAPPING"]
    size, place = np.array(mapping.inputs["Scale"].default_value), np.array(mapping.inputs["Location"].default_value)
    mesh = bust_reconstruction().mesh
    points = mesh.uv[mesh.faces_uv[mesh.parts == list(PATCHES).index(PartName.LASHES)]].reshape(-1, 2)
    assert points.min(axis=0) == pytest.approx(LASH_CHART, abs=0.01)
    mapped = points * size[:2] + place[:2]
    assert [*mapped.min(axis=0), *mapped.max(axis=0)] == pytest.approx([0, 0, 1, 1], abs=1e-5)
    assert shader_of(bust, PartName.LASHES).inputs["Alpha"].is_linked


def test_faces_share_one_picture_of_lashes(bust: bpy.types.Object, tmp_path: Path) -> None:
    other = build_face(tmp_path / "bust.likeness")
    images = {node.image for face in (bust, other) for node in material_of(face, PartName.LASHES).node_tree.nodes
              if node.type == "TEX_IMAGE"}  # fmt: skip
    assert len(images) == 1
    assert images.pop().packed_file is not None


def test_lashes_taper_from_a_dense_root() -> None:
    rows = lash_alpha().reshape(4, ROW_HEIGHT, WIDTH)
    np.testing.assert_array_equal(rows, lash_alpha().reshape(rows.shape))
    assert rows.min() >= 0.0
    assert rows.max() == pytest.approx(1.0, abs=1e-3)
    density = rows.mean(axis=2)
    assert (density[:, : ROW_HEIGHT // 8].mean(axis=1) > 3 * density[:, ROW_HEIGHT // 2 :].mean(axis=1)).all()
    assert (density[:, -1] < 0.01).all()
    assert density[list(UPPER)].mean() > 1.5 * density[list(LOWER)].mean()


def test_a_view_of_the_texture_does_not_hide_eyes_behind_lashes(bust: bpy.types.Object) -> None:
    state_of(bust).texture_view = ALBEDO
    shown = {part for part in PATCHES if VIEW_GROUP in material_of(bust, part).node_tree.nodes}
    assert shown == set(PATCHES) - {PartName.LASHES, PartName.TEAR_LINE}


def test_gltf_takes_the_cut_out_along(bust: bpy.types.Object, tmp_path: Path) -> None:
    export_glb(tmp_path / "bust.glb", bust)
    document = glb_document(tmp_path / "bust.glb")
    materials = {material["name"].removeprefix("bust "): material for material in document["materials"]}
    lashes, tears = materials[PartName.LASHES], materials[PartName.TEAR_LINE]
    assert (lashes["alphaMode"], tears["alphaMode"]) == ("BLEND", "BLEND")
    assert lashes["doubleSided"]
    texture = lashes["pbrMetallicRoughness"]["baseColorTexture"]
    size = 1 / 0.2
    transform = texture["extensions"]["KHR_texture_transform"]
    assert transform["scale"] == pytest.approx([size, size], rel=0.1)
    assert tears["pbrMetallicRoughness"]["baseColorFactor"][3] < 0.5
    assert materials["iris_left"]["extensions"]["KHR_materials_clearcoat"]["clearcoatFactor"] == pytest.approx(0.3)
    assert all("alphaMode" not in materials[part] for part in set(PATCHES) - {PartName.LASHES, PartName.TEAR_LINE})


def test_obj_tells_of_cut_outs_and_their_place(bust: bpy.types.Object, tmp_path: Path) -> None:
    export_obj(tmp_path / "bust.obj", bust)
    text = (tmp_path / "bust.mtl").read_text(encoding="utf-8")
    blocks = {block.split("\n")[0].removeprefix("bust_"): block for block in text.split("newmtl ")[1:]}
    assert "map_d -o " in blocks[PartName.LASHES]
    assert "map_Kd -o " in blocks[PartName.LASHES]
    assert "\nd 0.2" in blocks[PartName.TEAR_LINE]
    assert "map_Kd bust_textures/" in blocks[PartName.SKIN]
    assert "map_d" not in blocks[PartName.SKIN]
    assert "\nKd 1 1 1\n" in blocks[PartName.SKIN]
    assert "\nKd 0.004 0.004 0.004\n" in blocks[PartName.PUPIL_LEFT]
    assert "\nKd 0.4 0.28 0.25\n" in blocks[PartName.TEAR_LINE]


def glb_document(path: Path) -> dict:
    """The JSON of a binary glTF file."""
    import json
    import struct

    data = path.read_bytes()
    (length,) = struct.unpack_from("<I", data, 12)
    return json.loads(data[20 : 20 + length])
