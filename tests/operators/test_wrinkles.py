"""Wrinkles that follow the expression: Bake Still as one step, and a face of another file."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest
from likeness.scene.state import active_face, state_of
from likeness.scene.wrinkles.controls import DYNAMIC, GROUP
from linking import library_of, linked
from named_sheets import ARKIT_FACE, build_named
from wrinkled import build_wrinkled, found_amounts


def test_bake_still_says_what_it_has_done(tmp_path: Path) -> None:
    face = build_wrinkled(tmp_path)
    face.data.shape_keys.key_blocks["raise"].value = 1.0
    old = state_of(face).displacement.session_uid
    assert bpy.ops.likeness.bake_still() == {"FINISHED"}
    assert not face[DYNAMIC]
    assert state_of(face).displacement.session_uid != old
    with pytest.raises(RuntimeError, match="do not follow the expression now"):
        bpy.ops.likeness.bake_still()


def test_bake_still_needs_groups(tmp_path: Path) -> None:
    build_named(tmp_path, ARKIT_FACE)
    with pytest.raises(RuntimeError, match="has no wrinkles that follow"):
        bpy.ops.likeness.bake_still()
    bpy.context.view_layer.objects.active = None
    with pytest.raises(RuntimeError, match="Select a face first"):
        bpy.ops.likeness.bake_still()


@pytest.mark.parametrize("how", ["collection", "instance", "override"])
def test_a_linked_face_has_wrinkles_of_its_own(tmp_path: Path, how: str) -> None:
    linked(*library_of(build_wrinkled(tmp_path), tmp_path), how)
    assert bpy.ops.likeness.make_editable() == {"FINISHED"}
    face = active_face(bpy.context)
    drivers = [curve.driver for curve in face.animation_data.drivers]
    targets = {target.id for driver in drivers for variable in driver.variables for target in variable.targets}
    assert targets == {face, face.data.shape_keys}
    face.data.shape_keys.key_blocks["raise"].value = 1.0
    face[GROUP + "Brow raise"] = 0.5
    face.update_tag()
    assert found_amounts(face)[0] == pytest.approx(0.5 * 0.75, abs=1e-6)
    with pytest.raises(RuntimeError, match="belong to another file"):
        bpy.ops.likeness.bake_still()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    face = next(item for item in bpy.context.scene.objects if state_of(item).id and item.override_library)
    assert face[GROUP + "Brow raise"] == 0.5
    assert found_amounts(face)[0] == pytest.approx(0.5 * 0.75, abs=1e-6)
