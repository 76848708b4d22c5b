"""ICT-FaceKit's head in Blender: materials of its parts, eyes that look, a jaw that takes the lower teeth along."""

# pyright: reportAttributeAccessIssue=none, reportArgumentType=none, reportIndexIssue=none, reportOptionalMemberAccess=none
from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from evaluated import base_vertices
from likeness.bfm.face_model import FaceModel
from likeness.result.folder import write_reconstruction
from likeness.scene import gaze
from likeness.scene.building import material
from likeness.scene.building.build import build_face
from synthetic import model_reconstruction


@pytest.fixture(scope="module")
def ict_folder(ict_model: FaceModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mean head before a grey photo."""
    folder = tmp_path_factory.mktemp("ict") / "ict.likeness"
    write_reconstruction(model_reconstruction(ict_model, np.full((240, 200, 3), 120, np.uint8)), folder)
    return folder


@pytest.fixture
def head(ict_folder: Path) -> bpy.types.Object:
    return build_face(ict_folder)


def shaders(head: bpy.types.Object) -> dict[str, bpy.types.Node]:
    return {
        slot.material.name.split()[-1]: slot.material.node_tree.nodes["Principled BSDF"] for slot in head.material_slots
    }


def moved(head: bpy.types.Object, before: np.ndarray) -> np.ndarray:
    return np.linalg.norm(base_vertices(head) - before, axis=1)


def test_parts_have_their_materials(head: bpy.types.Object) -> None:
    parts = shaders(head)
    assert set(parts) == {"skin", "mouth", "gums", "teeth", "eye_left", "eye_right"}
    scattering = {name for name, shader in parts.items() if shader.inputs["Subsurface Weight"].default_value > 0}
    assert scattering == {"skin", "gums", "teeth"}
    dull = {name for name, shader in parts.items() if shader.inputs["Specular IOR Level"].default_value == 0}
    assert dull == {"mouth"}
    assert all(shader.inputs["Base Color"].is_linked for shader in parts.values())


def test_a_drafts_teeth_are_no_skin(ict_folder: Path, tmp_path: Path, ict_model: FaceModel) -> None:
    plain = model_reconstruction(ict_model, np.full((240, 200, 3), 120, np.uint8))
    plain.images.pop("albedo.png")
    write_reconstruction(plain, tmp_path / "draft.likeness")
    parts = shaders(build_face(tmp_path / "draft.likeness"))
    colours = {name: tuple(shader.inputs["Base Color"].default_value) for name, shader in parts.items()}
    assert colours["teeth"] == pytest.approx(material.TOOTH_COLOUR)
    assert colours["gums"] == colours["mouth"] == pytest.approx(material.CAVITY_COLOUR)
    assert colours["skin"] == pytest.approx(material.SKIN_COLOUR)


def test_the_gaze_turns_both_eyeballs(head: bpy.types.Object, ict_model: FaceModel) -> None:
    before = base_vertices(head)
    gaze.set_gaze(head, gaze.SIDEWAYS, 1.0)
    assert gaze.gaze(head, gaze.SIDEWAYS) == pytest.approx(1.0)
    after = moved(head, before)
    for part in ("eye_left", "eye_right"):
        ids = ict_model.part_vertices(part)
        pole = ids[ict_model.mean[ids, 2].argmax()]
        assert after[pole] > 0.007, "the cornea goes by 28 degrees"
    assert after[ict_model.part_vertices("teeth")].max() < 1e-5


def test_key_and_bone_of_the_jaw_take_the_lower_teeth_along(head: bpy.types.Object, ict_model: FaceModel) -> None:
    before = base_vertices(head)
    teeth = ict_model.part_vertices("teeth")
    keys = head.data.shape_keys.key_blocks
    keys["jawOpen"].value = 1.0
    by_key = moved(head, before)[teeth]
    keys["jawOpen"].value = 0.0
    assert moved(head, before).max() < 1e-6
    head.parent.pose.bones["jaw"].rotation_euler.x = np.radians(25.33)
    by_bone = moved(head, before)[teeth]
    assert by_key.max() > 0.035
    np.testing.assert_allclose(by_bone, by_key, atol=6e-4)
