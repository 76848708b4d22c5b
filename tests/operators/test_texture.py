"""Bake Again with an engine that is not real: what changes of a face, and what must not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from data_blocks import count_blocks
from likeness.result.folder import write_reconstruction
from likeness.result.kept_fit import write_stock_keys
from likeness.scene.building.build import build_face
from likeness.scene.light.sky import light_node
from likeness.scene.read_mesh import neutral_vertices
from likeness.scene.record import recall
from likeness.scene.state import state_of
from PIL import Image
from synthetic import sheet_reconstruction

UseEngine = Callable[..., Any]


@pytest.fixture
def face(tmp_path: Path) -> bpy.types.Object:
    """A face whose maps are 16 pixels wide."""
    write_reconstruction(sheet_reconstruction(), tmp_path / "sheet.likeness")
    return build_face(tmp_path / "sheet.likeness")


@pytest.fixture
def rebaked(monkeypatch: pytest.MonkeyPatch, use_engine: UseEngine, tmp_path: Path) -> Path:
    """What the engine will answer: the same sheet with maps of 32 pixels."""
    result = sheet_reconstruction()
    for name, image in result.images.items():
        result.images[name] = np.repeat(np.repeat(image, 2, axis=0), 2, axis=1)
    use_engine()
    monkeypatch.setenv("LIKENESS_FAKE_RESULT", str(tmp_path / "rebaked.likeness"))
    write_reconstruction(result, tmp_path / "rebaked.likeness")
    write_stock_keys(tmp_path / "rebaked.likeness", result.mesh.shape_key_deltas)
    return tmp_path / "rebaked.likeness"


def error_of() -> str:
    with pytest.raises(RuntimeError) as told:
        bpy.ops.likeness.rebake_texture(texture_size="512")
    return str(told.value)


@pytest.mark.usefixtures("rebaked")
def test_maps_change_and_all_else_stays(face: bpy.types.Object) -> None:
    face.data.shape_keys.key_blocks["raise"].value = 0.75
    light_node(state_of(face).world).inputs["Strength"].default_value = 2.0
    state_of(face).texture_view = "ALBEDO"
    shape = np.array([vertex.co for vertex in face.data.vertices])
    names = {image.name for image in bpy.data.images}
    assert bpy.ops.likeness.rebake_texture(texture_size="512") == {"FINISHED"}
    assert face.data.shape_keys.key_blocks["raise"].value == 0.75
    assert light_node(state_of(face).world).inputs["Strength"].default_value == 2.0
    np.testing.assert_array_equal([vertex.co for vertex in face.data.vertices], shape)
    assert {image.name for image in bpy.data.images} == names
    memory = state_of(face)
    assert tuple(memory.photo_image.size) == (64, 48)
    assert {tuple(image.size) for image in (memory.albedo, memory.normal, memory.displacement)} == {(32, 32)}
    used = [
        node.image for slot in face.material_slots for node in slot.material.node_tree.nodes if node.type == "TEX_IMAGE"
    ]
    group = next(group for group in bpy.data.node_groups if group.name.startswith("Likeness Texture View"))
    used += [node.image for node in group.nodes if node.type == "TEX_IMAGE"]
    assert {image.name for image in used} == {memory.albedo.name, memory.normal.name}
    assert face.modifiers["Likeness Detail"].texture.image == memory.displacement
    assert all(image.packed_file for image in bpy.data.images if image.source == "FILE")


@pytest.mark.usefixtures("rebaked")
def test_another_layout_is_refused(face: bpy.types.Object) -> None:
    """That of a face made by an earlier version of Likeness."""
    layer = face.data.uv_layers["UVMap"]
    points = np.empty(2 * len(layer.data), np.float32)
    layer.data.foreach_get("uv", points)
    layer.data.foreach_set("uv", 0.031 + 0.87 * points)
    assert "layout of an earlier version" in error_of()
    assert tuple(state_of(face).albedo.size) == (16, 16)


def test_a_damaged_map_changes_nothing(face: bpy.types.Object, rebaked: Path) -> None:
    (rebaked / "normal.png").write_bytes(b"?")
    before = count_blocks()
    assert "cannot be read" in error_of()
    assert count_blocks() == before
    assert tuple(state_of(face).albedo.size) == (16, 16)


@pytest.mark.usefixtures("rebaked")
def test_it_needs_a_face_with_texture_and_photo(face: bpy.types.Object) -> None:
    assert bpy.ops.likeness.rebake_texture.poll()
    albedo, state_of(face).albedo = state_of(face).albedo, None
    assert not bpy.ops.likeness.rebake_texture.poll()
    state_of(face).albedo, state_of(face).photo_image = albedo, None
    assert not bpy.ops.likeness.rebake_texture.poll()
    bpy.data.objects.remove(face)
    assert not bpy.ops.likeness.rebake_texture.poll()


@pytest.mark.slow
@pytest.mark.usefixtures("real_engine")
def test_the_real_engine_bakes_a_real_face_again(photo_astronaut: np.ndarray, tmp_path: Path) -> None:
    from likeness.inference.pipeline import PipelineOptions, reconstruct

    Image.fromarray(photo_astronaut).save(tmp_path / "photo.png")
    made = reconstruct(tmp_path / "photo.png", PipelineOptions(texture_size=128))
    write_reconstruction(made, tmp_path / "face.likeness")
    (tmp_path / "photo.png").unlink()
    face = build_face(tmp_path / "face.likeness")
    small = np.array(state_of(face).albedo.pixels[:]).reshape(128, 128, 4)
    assert bpy.ops.likeness.rebake_texture(texture_size="512") == {"FINISHED"}
    assert tuple(state_of(face).confidence.size) == (512, 512)
    large = np.array(state_of(face).albedo.pixels[:]).reshape(128, 4, 128, 4, 4).mean(axis=(1, 3))
    assert np.median(np.abs(large - small)) < 0.02


@pytest.mark.slow
@pytest.mark.usefixtures("real_engine")
def test_the_real_engine_finishes_a_real_draft(photo_astronaut: np.ndarray, tmp_path: Path) -> None:
    from likeness.inference.pipeline import PipelineOptions, reconstruct

    Image.fromarray(photo_astronaut).save(tmp_path / "photo.png")
    draft = reconstruct(tmp_path / "photo.png", PipelineOptions(quality="draft"))
    write_reconstruction(draft, tmp_path / "face.likeness")
    (tmp_path / "photo.png").unlink()
    face = build_face(tmp_path / "face.likeness")
    shape, record = neutral_vertices(face), recall(face).face
    assert bpy.ops.likeness.finish() == {"FINISHED"}
    np.testing.assert_array_equal(neutral_vertices(face), shape)
    now = recall(face).face
    assert (now["pose"], now["camera"]) == (record["pose"], record["camera"])
    assert now["coefficients"]["identity"] == record["coefficients"]["identity"]
    assert state_of(face).albedo.size[0] >= 1024
    assert now["appearance"]["skin_tone"]
    assert bpy.ops.likeness.rebake_texture(texture_size="512") == {"FINISHED"}
    assert tuple(state_of(face).albedo.size) == (512, 512)
