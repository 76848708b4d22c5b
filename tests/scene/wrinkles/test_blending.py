"""Wrinkle groups follow the shape keys, as displacement and as a bump, by drivers that need no Python."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import bpy
import numpy as np
import pytest
from evaluated import evaluated_vertices
from likeness.scene.displacement import DETAIL, STRENGTH, SUBDIVISION
from likeness.scene.exporting.export import save_blend
from likeness.scene.state import state_of
from likeness.scene.wrinkles.controls import DYNAMIC, GROUP, strength_names
from likeness.scene.wrinkles.nodes import HEIGHT, WRINKLES
from rendered import render
from synthetic import sheet_mesh
from wrinkled import BROWS, SIDE, SMILE, build_wrinkled, expected_amounts, found_amounts, wrinkle_map

# Values of the keys "raise" and "widen", the first those of the photo.
EXPRESSIONS = [(0.25, -1.5), (0.0, 0.0), (1.0, 0.0), (0.5, -3.0), (1.0, 3.0)]


@pytest.fixture
def face(tmp_path: Path) -> bpy.types.Object:
    """A face whose wrinkles are displaced in the viewport too."""
    made = build_wrinkled(tmp_path)
    made.modifiers[WRINKLES].show_viewport = True
    return made


def express(face: bpy.types.Object, values: tuple[float, float]) -> None:
    for name, value in zip(("raise", "widen"), values, strict=True):
        face.data.shape_keys.key_blocks[name].value = value


def moves(face: bpy.types.Object) -> np.ndarray:
    """How far (N,) the wrinkles move each vertex along its normal, metres; nowhere else do they move it."""
    raised = evaluated_vertices(face)
    modifier = face.modifiers[WRINKLES]
    modifier.show_viewport = False
    smooth = evaluated_vertices(face)
    normals = face.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.vertex_normals
    modifier.show_viewport = True
    along = np.array([normal.vector for normal in normals]) @ np.array(face.matrix_world)[:3, :3].T
    heights = np.sum((raised - smooth) * along, axis=1)
    np.testing.assert_allclose(raised - smooth, heights[:, None] * along, atol=2e-6)
    return heights


def looked_up(amounts: list[float]) -> np.ndarray:
    """The groups' maps (N,) where the sheet has its texture points, blended by hand."""
    uv = sheet_mesh().uv
    centres = np.arange(SIDE)
    across = np.interp(uv[:, 0] * SIDE - 0.5, centres, wrinkle_map(BROWS)[0])
    up = np.interp(uv[:, 1] * SIDE - 0.5, centres, wrinkle_map(SMILE)[::-1, 0])
    return amounts[0] * across + amounts[1] * up


@pytest.mark.parametrize("values", EXPRESSIONS)
def test_vertices_move_by_the_blended_maps(face: bpy.types.Object, values: tuple[float, float]) -> None:
    face.modifiers[SUBDIVISION].show_viewport = False
    express(face, values)
    assert found_amounts(face) == pytest.approx(expected_amounts(face), abs=1e-6)
    found = moves(face)
    np.testing.assert_allclose(found, looked_up(expected_amounts(face)), atol=2e-6)
    assert (np.abs(found).max() > 1e-4) == (values != EXPRESSIONS[0])


def test_renders_are_displaced_before_the_fine_detail_and_the_viewport_is_light(tmp_path: Path) -> None:
    face = build_wrinkled(tmp_path)
    assert [m.name for m in face.modifiers][-3:] == [SUBDIVISION, WRINKLES, DETAIL]
    modifier = face.modifiers[WRINKLES]
    assert (modifier.show_viewport, modifier.show_render) == (False, True)


def test_strengths_and_the_switch_rule(face: bpy.types.Object) -> None:
    express(face, (1.0, -3.0))
    assert strength_names(face) == ["Wrinkles: Brow raise", "Wrinkles: Smile left"]
    face[GROUP + "Brow raise"], face[GROUP + "Smile left"] = 0.0, 2.0
    face.update_tag()
    assert found_amounts(face) == pytest.approx(expected_amounts(face, (0.0, 2.0)), abs=1e-6)
    face[DYNAMIC] = False
    face.update_tag()
    assert found_amounts(face) == [0.0, 0.0]


def test_the_strength_of_the_detail_is_that_of_the_wrinkles(face: bpy.types.Object) -> None:
    express(face, (1.0, -3.0))
    face[STRENGTH] = 0.5
    face.update_tag()
    assert found_amounts(face) == pytest.approx(expected_amounts(face, (0.5, 0.5)), abs=1e-6)
    assert face.modifiers[DETAIL].strength == pytest.approx(0.5, abs=1e-6)
    state_of(face).wrinkles = False
    assert found_amounts(face) == [0.0, 0.0]
    assert face.modifiers[DETAIL].strength == 0.0
    assert not state_of(face).wrinkles
    state_of(face).wrinkles = True
    assert found_amounts(face) == pytest.approx(expected_amounts(face, (0.5, 0.5)), abs=1e-6)


def test_drivers_need_no_python_and_wait_for_nothing_in_a_circle(
    face: bpy.types.Object, capfd: pytest.CaptureFixture[str]
) -> None:
    express(face, (1.0, 0.0))
    evaluated_vertices(face)
    drivers = [curve.driver for curve in face.animation_data.drivers]
    assert len(drivers) == 1 + 2 + 2 * 3
    assert all(driver.is_valid and driver.is_simple_expression for driver in drivers)
    told = capfd.readouterr()
    assert "cycle" not in told.out + told.err


def test_wrinkles_are_keyed_with_the_sliders_and_by_themselves(face: bpy.types.Object) -> None:
    key = face.data.shape_keys.key_blocks["raise"]
    for frame, value in ((1, 0.0), (11, 1.0)):
        key.value = value
        key.keyframe_insert("value", frame=frame)
        face[GROUP + "Brow raise"] = value
        face.keyframe_insert(f'["{GROUP}Brow raise"]', frame=frame)
    for frame in (1, 6, 11):
        bpy.context.scene.frame_set(frame)
        strength = face[GROUP + "Brow raise"]
        assert found_amounts(face)[0] == pytest.approx(strength * (key.value - BROWS.photo), abs=1e-6)
    assert strength == 1.0


@pytest.mark.parametrize("linked", [False, True])
def test_a_duplicate_follows_its_own_keys(face: bpy.types.Object, linked: bool) -> None:
    bpy.ops.object.duplicate(linked=linked)
    (copy,) = [item for item in bpy.context.selected_objects if item != face and item.type == "MESH"]
    express(copy, (1.0, 0.0))
    assert found_amounts(copy) == pytest.approx([0.75, 0.075], abs=1e-6)
    assert found_amounts(face) == pytest.approx([0.75, 0.075] if linked else [0.0, 0.0], abs=1e-6)
    copy[GROUP + "Brow raise"] = 0.0
    copy.update_tag()
    assert found_amounts(copy)[0] == 0.0
    assert found_amounts(face)[0] == pytest.approx(0.75 if linked else 0.0, abs=1e-6)


@pytest.mark.parametrize(("displaced", "size"), [(True, 1.0), (False, 1.0), (False, 2.0)])
def test_the_bump_has_what_is_not_displaced(
    face: bpy.types.Object, tmp_path: Path, displaced: bool, size: float
) -> None:
    express(face, (1.0, 0.0))
    face.modifiers[WRINKLES].show_render = displaced
    face.parent.scale = (size,) * 3
    shown = rendered_height(face, tmp_path)
    expected = 0.0 if displaced else size * looked_up(expected_amounts(face))[40]  # the middle of the sheet
    assert shown == pytest.approx(expected, abs=4e-5)
    assert (shown > 4e-4) != displaced


def rendered_height(face: bpy.types.Object, folder: Path) -> float:
    """The height of the bump as a render sees it in the middle of the sheet, metres."""
    for slot in face.material_slots:
        tree = slot.material.node_tree
        output = next(node for node in tree.nodes if node.type == "OUTPUT_MATERIAL")
        emission, group = tree.nodes.new("ShaderNodeEmission"), tree.nodes.new("ShaderNodeGroup")
        group.node_tree = next(tree for tree in bpy.data.node_groups if HEIGHT in tree.interface.items_tree)
        tree.links.new(group.outputs[HEIGHT], emission.inputs["Strength"])
        tree.links.new(emission.outputs["Emission"], output.inputs["Surface"])
    bpy.context.scene.world = None
    for modifier in (DETAIL, SUBDIVISION):
        face.modifiers[modifier].show_render = False
    camera = bpy.data.objects.new("Above", bpy.data.cameras.new("Above"))
    camera.data.type, camera.data.ortho_scale = "ORTHO", 0.004
    x, y, z = evaluated_vertices(face)[40].tolist()
    camera.location = (x, y - 1.0, z)
    camera.rotation_euler = (np.pi / 2, 0.0, 0.0)
    return float(render(folder / "height.exr", camera, (4, 4), 1)[1:3, 1:3, 0].mean())


# Runs without this project: nothing is imported but Blender.
SCRIPT = """
import bpy, json, os, sys
bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.wm.open_mainfile(filepath=sys.argv[1])
face = bpy.data.objects["Ada"]
assert not hasattr(face, "likeness") and "likeness" not in sys.modules
found = {}
for value in (0.25, 0.0, 1.0):
    face.data.shape_keys.key_blocks["raise"].value = value
    bpy.context.view_layer.update()
    points = face.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.vertices
    found[value] = [face["Wrinkle Amounts 1"][0], *points[80].co]
found["simple"] = all(c.driver.is_valid and c.driver.is_simple_expression for c in face.animation_data.drivers)
found["named"] = [name for name in face.keys() if name.startswith("Wrinkles: ")]
open(sys.argv[2], "w").write(json.dumps(found))
sys.stdout.flush()
os._exit(0)
"""


def test_a_saved_face_is_alive_without_the_add_on(face: bpy.types.Object, tmp_path: Path) -> None:
    face.modifiers[SUBDIVISION].show_viewport = False
    seen = {}
    for value in (0.25, 0.0, 1.0):
        express(face, (value, -1.5))
        amount = found_amounts(face)[0]
        local = face.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.vertices[80].co
        seen[str(value)] = [amount, *local]
    assert seen["1.0"][0] == pytest.approx(0.75)
    save_blend(tmp_path / "face.blend")
    arguments = [sys.executable, "-I", "-c", SCRIPT, tmp_path / "face.blend", tmp_path / "found.json"]
    subprocess.run(arguments, check=True, timeout=120, cwd=tmp_path)
    found = json.loads((tmp_path / "found.json").read_text())
    assert found.pop("simple")
    assert found.pop("named") == ["Wrinkles: Brow raise", "Wrinkles: Smile left"]
    for value, numbers in seen.items():
        assert found[value] == pytest.approx(numbers, abs=1e-6)
