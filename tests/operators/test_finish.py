"""Finish with an engine that is not real: what a draft gets, and what of the artist's work must stay."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from data_blocks import count_blocks
from likeness.result.colouring import Colouring
from likeness.result.folder import write_reconstruction
from likeness.result.kept_fit import read_fit, write_stock_keys
from likeness.result.reconstruction import PHOTO_IMAGE
from likeness.scene.building.build import build_face
from likeness.scene.hair_colour import kept_hair_colour
from likeness.scene.light.lighting import photo_light, shows_photo_light
from likeness.scene.light.sky import light_node
from likeness.scene.read_mesh import key_vertices, neutral_vertices
from likeness.scene.record import recall
from likeness.scene.state import face_images, is_draft, state_of
from likeness.scene.texture_view import available_views
from synthetic import sheet_reconstruction

UseEngine = Callable[..., Any]
HAIR = (0.2, 0.1, 0.05)


@pytest.fixture
def face(tmp_path: Path) -> bpy.types.Object:
    """A draft."""
    result = sheet_reconstruction()
    draft = replace(result, images={PHOTO_IMAGE: result.images[PHOTO_IMAGE]})
    write_reconstruction(draft, tmp_path / "sheet.likeness")
    return build_face(tmp_path / "sheet.likeness")


@pytest.fixture(autouse=True)
def finished(monkeypatch: pytest.MonkeyPatch, use_engine: UseEngine, tmp_path: Path) -> Path:
    """What the engine will answer: the sheet with maps, keys half as strong again, and another light."""
    result = sheet_reconstruction()
    mesh = replace(result.mesh, shape_key_deltas=1.5 * result.mesh.shape_key_deltas)
    made = replace(result, mesh=mesh, lighting=0.5 * result.lighting, appearance=Colouring(hair=HAIR))
    use_engine()
    folder = tmp_path / "finished.likeness"
    monkeypatch.setenv("LIKENESS_FAKE_RESULT", str(folder))
    write_reconstruction(made, folder)
    write_stock_keys(folder, result.mesh.shape_key_deltas)
    return folder


def finish() -> None:
    assert bpy.ops.likeness.finish() == {"FINISHED"}


def test_a_draft_gets_what_a_final_face_has(face: bpy.types.Object) -> None:
    assert is_draft(face)
    shape, pose = neutral_vertices(face), face.parent.pose.bones["head"].matrix_basis.copy()
    finish()
    memory = state_of(face)
    assert not is_draft(face)
    np.testing.assert_array_equal(neutral_vertices(face), shape)
    assert face.parent.pose.bones["head"].matrix_basis == pose
    for slot in face.material_slots:
        shader = slot.material.node_tree.nodes["Principled BSDF"]
        assert shader.inputs["Base Color"].links[0].from_node.image == memory.albedo
    assert face.data.materials[0].node_tree.nodes["Principled BSDF"].inputs["Normal"].is_linked
    names = [modifier.name for modifier in face.modifiers]
    assert names == ["Likeness Armature", "Likeness Viewport", "Likeness Subdivision", "Likeness Detail"]
    assert face.modifiers["Likeness Detail"].texture.image == memory.displacement
    assert available_views(face, face_images(face)) >= {"SHADED", "ALBEDO", "PHOTO"}
    assert kept_hair_colour(face) == pytest.approx(HAIR)
    assert recall(face).face["appearance"]["hair"] == pytest.approx(HAIR)
    np.testing.assert_allclose(photo_light(face), 0.5 * sheet_reconstruction().lighting, atol=1e-6)
    assert shows_photo_light(face)
    assert not bpy.ops.likeness.finish.poll()
    assert bpy.ops.likeness.rebake_texture.poll()


def deltas(face: bpy.types.Object, name: str) -> np.ndarray:
    key = face.data.shape_keys.key_blocks[name]
    return key_vertices(key) - key_vertices(key.relative_key)


def test_keys_are_made_to_measure_but_for_those_an_artist_has_edited(face: bpy.types.Object) -> None:
    raised, widened = sheet_reconstruction().mesh.shape_key_deltas
    face.data.shape_keys.key_blocks["raise"].points[3].co.z += 0.01
    edited = deltas(face, "raise")
    face.data.shape_keys.key_blocks["widen"].value = 2.5
    finish()
    np.testing.assert_array_equal(deltas(face, "raise"), edited)
    np.testing.assert_allclose(deltas(face, "widen"), 1.5 * widened, atol=1e-6)
    assert face.data.shape_keys.key_blocks["widen"].value == 2.5
    assert not np.allclose(edited, raised)


def test_light_and_materials_of_the_artist_stay(face: bpy.types.Object) -> None:
    light_node(state_of(face).world).inputs["Strength"].default_value = 2.0
    tree = face.data.materials[0].node_tree
    own = tree.nodes.new("ShaderNodeRGB")
    tree.links.new(own.outputs["Color"], tree.nodes["Principled BSDF"].inputs["Base Color"])
    face.data.materials[1] = bpy.data.materials.new("mine")
    finish()
    assert light_node(state_of(face).world).inputs["Strength"].default_value == 2.0
    assert tree.nodes["Principled BSDF"].inputs["Base Color"].links[0].from_node == own
    assert face.data.materials[1].name == "mine"


def test_a_face_that_has_lost_its_texture_gets_it_again(face: bpy.types.Object) -> None:
    finish()
    bpy.data.images.remove(state_of(face).albedo)
    assert is_draft(face)
    finish()
    assert [modifier.name for modifier in face.modifiers].count("Likeness Detail") == 1
    shader = face.data.materials[0].node_tree.nodes["Principled BSDF"]
    assert shader.inputs["Base Color"].links[0].from_node.image == state_of(face).albedo


def test_a_damaged_map_changes_nothing(face: bpy.types.Object, finished: Path) -> None:
    (finished / "normal.png").write_bytes(b"?")
    before = count_blocks()
    with pytest.raises(RuntimeError, match="cannot be read"):
        bpy.ops.likeness.finish()
    assert count_blocks() == before
    assert is_draft(face)


def test_the_engine_gets_the_fit_whatever_was_done_to_the_mesh(
    face: bpy.types.Object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from likeness.operators import engine_host

    fitted = sheet_reconstruction().mesh.vertices.astype(np.float32)
    bpy.context.view_layer.objects.active = face
    face.shape_key_clear()
    face.data.vertices[5].co.z += 0.1
    submit, got = engine_host.get_engine().submit, []

    def told(action: str, **arguments: Any) -> Any:
        got.append((action, read_fit(Path(arguments["fit"])), arguments))
        return submit(action, **arguments)

    monkeypatch.setattr(engine_host.get_engine(), "submit", told)
    finish()
    action, kept, arguments = got[0]
    assert action == "finish"
    np.testing.assert_array_equal(kept.vertices, fitted)
    assert kept.face["camera"]["image_size"] == [64, 48]
    assert [Path(photo).name for photo in arguments["photos"]] == [PHOTO_IMAGE]
    assert (arguments["texture_size"], arguments["scalp_tint"], arguments["device"]) == ("auto", True, "auto")


def test_a_face_of_an_earlier_version_has_its_mesh(face: bpy.types.Object) -> None:
    assert len(base64.b64decode(state_of(face).fit)) == 12 * len(face.data.vertices)
    state_of(face).fit = ""
    finish()
    assert not is_draft(face)


def test_lost_vertices_of_a_face_of_an_earlier_version_are_told(face: bpy.types.Object) -> None:
    state_of(face).fit = ""
    mesh = bpy.data.meshes.new("fewer")
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    face.shape_key_clear()
    face.data = mesh
    with pytest.raises(RuntimeError, match="has lost vertices"):
        bpy.ops.likeness.finish()
