"""Closed eyes stay closed wherever they look, also on a copy, a coarser mesh and in exported files."""

# pyright: reportAttributeAccessIssue=none, reportOptionalMemberAccess=none
from __future__ import annotations

import json
import struct
from dataclasses import replace
from itertools import product
from pathlib import Path

import bpy
import numpy as np
import pytest
from evaluated import base_vertices
from likeness.anatomy.arkit import closes_lids
from likeness.bfm.builtin.blink import builtin_lids
from likeness.bfm.builtin.eyes import height
from likeness.bfm.library.registry import expressions_for, load_model
from likeness.result.folder import write_reconstruction
from likeness.scene.building.build import build_face
from likeness.scene.exporting.export import export_glb
from likeness.scene.exporting.levels import at_level
from likeness.scene.gaze import SIDEWAYS, UP, set_gaze
from likeness.scene.shape_keys import expression_keys
from likeness.scene.turning import head_bone
from named_sheets import ARKIT_FACE, build_named
from synthetic import model_reconstruction

MM2 = 1e6


@pytest.fixture(scope="module", params=[None, 3, 4])
def face_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mean head and two others, neutral."""
    model = load_model("builtin")
    folder = tmp_path_factory.mktemp("lids") / "a.likeness"
    identity = np.zeros(len(model.identity_basis))
    if request.param is not None:
        identity = np.random.default_rng(request.param).standard_normal(len(identity))
    vertices = model.shape(identity)
    result = model_reconstruction(model, np.full((60, 50, 3), 120, np.uint8))
    keys, joints = expressions_for(model, vertices), model.joint_regressor @ vertices
    mesh = replace(result.mesh, vertices=vertices, shape_key_deltas=keys, joint_positions=joints, cage=model.cage)
    result = replace(result, mesh=mesh)
    write_reconstruction(result, folder)
    return folder


@pytest.fixture
def face(face_folder: Path) -> bpy.types.Object:
    built = build_face(face_folder)
    head_bone(built).matrix_basis.identity()
    built.parent.pose.bones["head"].rotation_euler = 0.0, 0.0, 0.0
    return built


def blink(face: bpy.types.Object, value: float) -> None:
    for side in ("Left", "Right"):
        face.data.shape_keys.key_blocks[f"eyeBlink{side}"].value = value


def open_and_crossed(points: np.ndarray) -> np.ndarray:
    """How much of both eyes is open, and how far lids lie over each other (2,), mm2, seen from the front."""
    lids, total = builtin_lids(), np.zeros(2)
    for order in (np.arange(len(lids.mirror)), lids.mirror):
        upper, lower = points[order[lids.rings[-1]]]
        gap, middle = upper[:, 2] - lower[:, 2], (upper + lower)[:, 0] / 2
        width = np.abs(np.diff(middle))
        for row, part in enumerate((np.maximum(gap, 0.0), np.maximum(-gap, 0.0))):
            total[row] += (width * (part[1:] + part[:-1]) / 2).sum()
    return total * MM2


def test_a_blink_closes_the_eye_wherever_it_looks(face: bpy.types.Object) -> None:
    before = open_and_crossed(base_vertices(face))[0]
    assert before > 300
    blink(face, 1.0)
    for sideways, up in product((-1.0, -0.5, 0.0, 0.5, 1.0), repeat=2):
        set_gaze(face, SIDEWAYS, sideways)
        set_gaze(face, UP, up)
        found = open_and_crossed(base_vertices(face))
        assert found.max() < 1.5, f"sideways {sideways}, up {up}: {found} mm2"


def test_without_its_keys_it_would_stay_open(face: bpy.types.Object) -> None:
    for key in face.data.shape_keys.key_blocks:
        key.mute = closes_lids(key.name)
    blink(face, 1.0)
    set_gaze(face, UP, 1.0)
    assert open_and_crossed(base_vertices(face))[0] > 40
    set_gaze(face, UP, -1.0)
    assert open_and_crossed(base_vertices(face))[1] > 100


def test_lids_close_evenly(face: bpy.types.Object) -> None:
    """Nothing opens again on the way, and half a blink is as it was made."""
    for up in (-1.0, 1.0):
        set_gaze(face, UP, up)
        areas = []
        for amount in np.linspace(0.0, 1.0, 11):
            blink(face, amount)
            areas.append(np.subtract(*open_and_crossed(base_vertices(face))))
        assert (np.diff(areas) < 0.5).all(), areas
        blink(face, 0.5)
        bpy.context.view_layer.update()
        assert all(key.value == 0.0 for key in face.data.shape_keys.key_blocks if closes_lids(key.name))


def test_closed_lids_keep_off_the_eyeballs(face: bpy.types.Object) -> None:
    lids, model = builtin_lids(), load_model("builtin")
    visible = np.setdiff1d(np.intersect1d(lids.skin, model.part_vertices("skin")), lids.rings[:-1])
    blink(face, 1.0)
    centre = np.array(face.parent.matrix_world @ face.parent.data.bones["eye.L"].head_local)

    def deepest() -> float:
        points = base_vertices(face)[visible] - centre
        return float(-height(np.stack([points[:, 0], points[:, 2], -points[:, 1]], axis=1)).min())

    for sideways, up in ((0.0, 1.0), (0.0, -1.0), (1.0, 0.0), (-1.0, 0.0)):
        set_gaze(face, SIDEWAYS, sideways)
        set_gaze(face, UP, up)
        with_key = deepest()
        for key in face.data.shape_keys.key_blocks:
            key.mute = closes_lids(key.name)
        assert with_key < max(deepest() + 0.0001, 0.0004)
        for key in face.data.shape_keys.key_blocks:
            key.mute = False


def test_they_are_no_sliders(face: bpy.types.Object) -> None:
    assert not any(closes_lids(key.name) for key in expression_keys(face))
    assert sum(closes_lids(key.name) for key in face.data.shape_keys.key_blocks) == 8
    drivers = face.data.shape_keys.animation_data.drivers
    assert all(curve.driver.is_valid and curve.driver.is_simple_expression for curve in drivers)


@pytest.mark.parametrize("level", ["coarse", "fine"])
def test_other_levels_of_detail_have_them(face: bpy.types.Object, level: str) -> None:
    blink(face, 1.0)
    set_gaze(face, UP, 1.0)
    bpy.context.view_layer.update()
    with at_level(face, level) as made:
        keys = made.data.shape_keys.key_blocks
        bpy.context.view_layer.update()
        assert keys["eyeBlinkLeft_eyeLookUpLeft"].value == pytest.approx(1.0)
        assert all(
            v.targets[0].id == made.data.shape_keys
            for c in made.data.shape_keys.animation_data.drivers
            for v in c.driver.variables
        )


def test_exported_files_hold_them_with_their_values(face: bpy.types.Object, tmp_path: Path) -> None:
    blink(face, 1.0)
    set_gaze(face, UP, -0.5)
    bpy.context.view_layer.update()
    export_glb(tmp_path / "face.glb", face)
    data = (tmp_path / "face.glb").read_bytes()
    (mesh,) = json.loads(data[20 : 20 + struct.unpack("<I", data[12:16])[0]])["meshes"]
    values = dict(zip(mesh["extras"]["targetNames"], mesh["weights"], strict=True))
    assert values["eyeBlinkLeft_eyeLookDownLeft"] == pytest.approx(0.5)
    assert values["eyeBlinkLeft_eyeLookUpLeft"] == 0.0


def test_a_duplicate_has_its_own(face: bpy.types.Object) -> None:
    face.select_set(True)
    bpy.context.view_layer.objects.active = face
    bpy.ops.object.duplicate()
    copy = next(item for item in bpy.context.selected_objects if item.type == "MESH")
    blink(copy, 1.0)
    set_gaze(copy, UP, 1.0)
    bpy.context.view_layer.update()
    name = "eyeBlinkLeft_eyeLookUpLeft"
    assert copy.data.shape_keys.key_blocks[name].value == pytest.approx(1.0)
    assert face.data.shape_keys.key_blocks[name].value == 0.0


def test_a_model_whose_blink_does_not_close_has_none(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    assert not any(map(closes_lids, face.data.shape_keys.key_blocks.keys()))
