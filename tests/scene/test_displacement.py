"""Detail as geometry in renders and as a normal map in the viewport: in either place once."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from evaluated import evaluated_vertices
from likeness.result.folder import read_reconstruction
from likeness.scene.building.build import build_face
from likeness.scene.displacement import (
    DETAIL,
    NORMAL_STRENGTH,
    SUBDIVISION,
    VIEWPORT,
    VIEWPORT_ATTRIBUTE,
    _render_levels,
)
from likeness.scene.state import state_of


def displaced_face(folder: Path) -> bpy.types.Object:
    """A face whose displacement the viewport shows too."""
    face = build_face(folder)
    face.modifiers[DETAIL].show_viewport = True
    return face


def test_displacement_moves_along_the_normal_in_metres(sheet_folder: Path) -> None:
    face = displaced_face(sheet_folder)
    modifier = face.modifiers[DETAIL]
    face.modifiers[SUBDIVISION].levels = 2
    raised = evaluated_vertices(face)
    modifier.strength = 0.0
    smooth = evaluated_vertices(face)
    face_normals = face.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.vertex_normals
    normals = np.array([normal.vector for normal in face_normals]) @ np.array(face.matrix_world)[:3, :3].T
    assert len(raised) > 10 * len(face.data.vertices)
    np.testing.assert_allclose(raised - smooth, 0.001 * normals, atol=2e-6)


def test_a_signed_map_is_read_texel_by_texel(sheet_folder: Path) -> None:
    from likeness.result.image_files import write_image

    ramp = np.linspace(-0.002, 0.003, 16, dtype=np.float32)[None].repeat(16, axis=0)
    write_image(sheet_folder / "displacement.exr", ramp)
    face = displaced_face(sheet_folder)
    face.modifiers[SUBDIVISION].show_viewport = False
    raised = evaluated_vertices(face)
    face.modifiers[DETAIL].strength = 0.0
    moved = np.linalg.norm(raised - evaluated_vertices(face), axis=-1)
    u = read_reconstruction(sheet_folder).mesh.uv[:, 0]
    expected = np.interp(u * 16 - 0.5, np.arange(16), ramp[0])
    np.testing.assert_allclose(moved, np.abs(expected), atol=2e-5)


def test_the_viewport_is_light_and_the_render_complete(sheet_folder: Path) -> None:
    face = build_face(sheet_folder)
    detail, subdivision = face.modifiers[DETAIL], face.modifiers[SUBDIVISION]
    assert (detail.show_viewport, detail.show_render) == (False, True)
    assert (subdivision.levels, subdivision.render_levels) == (0, 3)
    assert [modifier.type for modifier in face.modifiers] == ["ARMATURE", "NODES", "SUBSURF", "DISPLACE"]


@pytest.mark.parametrize(
    ("strength", "show_render", "expected"),
    [(1.0, True, 0.0), (0.25, True, 0.0), (0.25, False, 0.25), (1.5, False, 1.5)],
)
def test_the_normal_map_has_what_a_render_does_not_displace(
    sheet_folder: Path, tmp_path: Path, strength: float, show_render: bool, expected: float
) -> None:
    face = build_face(sheet_folder)
    face.modifiers[DETAIL].strength = strength
    face.modifiers[DETAIL].show_render = show_render
    assert rendered_strength(tmp_path) == pytest.approx(expected, abs=0.01)


def test_the_viewport_goes_by_its_own_switch(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    assert viewport_mark(face) == {1.0}
    # A render of a mesh with the viewport's mark is what the viewport draws.
    group = face.modifiers[VIEWPORT].node_group
    store = next(node for node in group.nodes if node.type == "STORE_NAMED_ATTRIBUTE")
    group.links.remove(store.inputs["Value"].links[0])
    store.inputs["Value"].default_value = 1.0
    face.modifiers[DETAIL].strength = 0.5
    assert rendered_strength(tmp_path) == pytest.approx(0.5, abs=0.01)
    face.modifiers[DETAIL].show_viewport = True
    assert rendered_strength(tmp_path) == pytest.approx(0.0, abs=0.01)


def test_wrinkles_are_hidden_and_come_back_as_strong(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    face.modifiers[DETAIL].strength = 0.5
    face.modifiers[DETAIL].show_render = False
    state_of(face).wrinkles = False
    assert face.modifiers[DETAIL].strength == 0.0
    assert rendered_strength(tmp_path) == pytest.approx(0.0, abs=0.01)
    state_of(face).wrinkles = True
    assert face.modifiers[DETAIL].strength == 0.5


def test_copies_with_shared_materials_are_independent(sheet_folder: Path, tmp_path: Path) -> None:
    face = build_face(sheet_folder)
    copy = face.copy()
    face.users_collection[0].objects.link(copy)
    copy.modifiers[DETAIL].strength = 0.25
    copy.modifiers[DETAIL].show_render = False
    face.hide_render = True
    assert rendered_strength(tmp_path) == pytest.approx(0.25, abs=0.01)


def viewport_mark(face: bpy.types.Object) -> set[float]:
    """The values of the attribute by which materials know the viewport."""
    mesh = face.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    return {item.value for item in mesh.attributes[VIEWPORT_ATTRIBUTE].data}


def rendered_strength(folder: Path) -> float:
    """The strength of the skin's normal map as a render sees it, in the middle of the photo's frame."""
    for material in bpy.data.materials:
        tree = material.node_tree
        output = next(node for node in tree.nodes if node.type == "OUTPUT_MATERIAL")
        emission, group = tree.nodes.new("ShaderNodeEmission"), tree.nodes.new("ShaderNodeGroup")
        group.node_tree = bpy.data.node_groups[NORMAL_STRENGTH]
        tree.links.new(group.outputs["Strength"], emission.inputs["Strength"])
        tree.links.new(emission.outputs["Emission"], output.inputs["Surface"])
    scene = bpy.context.scene
    scene.render.engine, scene.cycles.samples = "CYCLES", 1
    scene.cycles.use_denoising = False
    scene.world = None
    scene.render.resolution_percentage = 50
    scene.view_settings.view_transform = "Raw"
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):  # Blender 5
        settings.media_type = "IMAGE"
    settings.file_format = "OPEN_EXR"
    scene.render.filepath = str(folder / "strength.exr")
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(scene.render.filepath)
    image.colorspace_settings.name = "Non-Color"
    width, height = image.size
    return np.array(image.pixels[:]).reshape(height, width, 4)[height // 2, width // 2, 0]


@pytest.mark.parametrize(
    ("corners", "levels"), [(50_000, 3), (125_000, 3), (125_001, 2), (212_367, 2), (500_001, 1), (10**8, 1)]
)
def test_a_dense_mesh_is_divided_less(corners: int, levels: int) -> None:
    assert _render_levels(corners) == levels
