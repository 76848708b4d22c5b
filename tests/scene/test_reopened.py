"""A saved face in a Blender that knows nothing of Likeness: sliders, keyframes, drivers and modifiers are alive."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from likeness.scene.building.build import build_face
from likeness.scene.displacement import DETAIL
from likeness.scene.exporting.export import save_blend
from likeness.scene.state import state_of

# Runs without this project: nothing is imported but Blender.
SCRIPT = """
import bpy, json, os, sys
bpy.ops.wm.read_factory_settings(use_empty=True)
assert not bpy.context.preferences.filepaths.use_scripts_auto_execute
bpy.ops.wm.open_mainfile(filepath=sys.argv[1])
face = bpy.data.objects["Ada"]
assert not hasattr(face, "likeness") and "likeness" not in sys.modules
scene = bpy.context.scene

def top():
    points = face.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.vertices
    return max(point.co.z for point in points), len(points)

found = {}
for frame in (1, 10):
    scene.frame_set(frame)
    found[f"frame {frame}"] = top()[0]
face.data.shape_keys.animation_data_clear()
key = face.data.shape_keys.key_blocks["raise"]
for value in (0.0, 1.0):
    key.value = value
    bpy.context.view_layer.update()
    found[f"value {value}"] = top()[0]
face.modifiers["Likeness Subdivision"].levels = 1
bpy.context.view_layer.update()
found["subdivided"], found["vertices"] = top()
face.modifiers["Likeness Detail"].show_viewport = True
bpy.context.view_layer.update()
found["displaced"] = top()[0]
world = scene.world.node_tree.nodes["Likeness Light"].inputs["Strength"]
lamp = next(item.data for item in scene.objects if item.type == "LIGHT")
before = lamp.energy
world.default_value = 0.5
scene.world.node_tree.update_tag()
scene.frame_set(2)
found["dimmed"] = lamp.energy / before
drivers = [c.driver for block in bpy.data.user_map() if getattr(block, "animation_data", None)
           for c in block.animation_data.drivers]
found["simple"] = [driver.is_valid and (driver.type != "SCRIPTED" or driver.is_simple_expression) for driver in drivers]
open(sys.argv[2], "w").write(json.dumps(found))
sys.stdout.flush()
os._exit(0)
"""


@pytest.fixture
def found(sheet_folder: Path, tmp_path: Path) -> dict:
    """What a Blender without the add-on finds in a saved face."""
    face = build_face(sheet_folder, "Ada")
    face.parent.pose.bones["head"].matrix_basis.identity()
    key = face.data.shape_keys.key_blocks["raise"]
    for frame, value in ((1, 0.0), (10, 1.0)):
        key.value = value
        key.keyframe_insert("value", frame=frame)
    assert state_of(face).sun.data.energy > 0
    assert face.modifiers[DETAIL].strength == 1.0
    save_blend(tmp_path / "face.blend")
    arguments = [sys.executable, "-I", "-c", SCRIPT, tmp_path / "face.blend", tmp_path / "found.json"]
    subprocess.run(arguments, check=True, timeout=120, cwd=tmp_path)
    return json.loads((tmp_path / "found.json").read_text())


def test_a_saved_face_lives_without_the_add_on(found: dict) -> None:
    assert found["frame 10"] - found["frame 1"] == pytest.approx(0.01, abs=2e-4)
    assert found["value 1.0"] - found["value 0.0"] == pytest.approx(0.01, abs=2e-4)
    assert found["vertices"] > 81
    assert found["displaced"] != found["subdivided"]
    assert found["dimmed"] == pytest.approx(0.5)
    assert found["simple"]
    assert all(found["simple"])
