"""Every preset on every kind of model moves each point once: by the sum of the shapes that it names."""

# pyright: reportAttributeAccessIssue=none
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest

pytest.importorskip("scipy", reason="completing other models takes SciPy, which Blender's own Python has not got")

from flame_files import write_flame
from gnm_files import gnm_arrays
from likeness.anatomy.arkit import ARKIT_WITH_TONGUE, NUMBERED
from likeness.anatomy.named_expressions import EMOTIONS, MOODS, VISEMES, named_expression_values
from likeness.bfm.face_model import FaceModel
from likeness.bfm.formats.facescape.names import SLOTS
from likeness.bfm.formats.flame import reader as flame
from likeness.bfm.formats.gnm import reader as gnm
from likeness.bfm.library.registry import load_model
from likeness.bfm.transfer.completing import complete
from likeness.geometry.arrays import Floats
from likeness.result.folder import write_reconstruction
from likeness.scene.building.build import build_face
from likeness.scene.expressions.expression import apply_expression, expression_of, reset_expression, transfer_expression
from likeness.scene.read_mesh import key_vertices, neutral_vertices
from likeness.scene.shape_keys import expression_keys
from synthetic import model_reconstruction

PRESETS = MOODS | EMOTIONS | VISEMES
# Completing a made file takes 15 s and more.
MODELS = (
    "builtin",
    "ict",
    "facescape",
    *(pytest.param(name, marks=pytest.mark.slow) for name in ("bfm2009", "flame", "gnm")),
)
CLOSE = 2e-6  # metres


@pytest.fixture(scope="module", params=MODELS)
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> FaceModel:
    folder = tmp_path_factory.mktemp("model")
    match request.param:
        case "ict":
            return request.getfixturevalue("ict_model")
        case "bfm2009":
            return request.getfixturevalue("bfm_model")
        case "facescape":
            return named_as_facescape()
        case "flame":
            return complete(flame.read(write_flame(folder / "generic_model.pkl")))
        case "gnm":
            np.savez(folder / "gnm_head.npz", **gnm_arrays())
            return complete(gnm.read(folder))
    return load_model("builtin")


def named_as_facescape() -> FaceModel:
    """The built-in head with FaceScape's expressions, in their order."""
    head = load_model("builtin")
    places = [head.expression_names.index(name) for name in SLOTS]
    chosen = {f"expression_{what}": getattr(head, f"expression_{what}")[places] for what in ("basis", "ranges", "std")}
    return replace(head, id="facescape", expression_names=tuple(SLOTS), **chosen)


@pytest.fixture
def face(model: FaceModel, tmp_path: Path) -> bpy.types.Object:
    write_reconstruction(model_reconstruction(model, np.full((60, 50, 3), 120, np.uint8)), tmp_path / "a.likeness")
    return build_face(tmp_path / "a.likeness")


def fields_of(face: bpy.types.Object) -> dict[str, Floats]:
    """How each shape moves the vertices (V, 3) of a face at 1, metres."""
    neutral = neutral_vertices(face)
    return {key.name: key_vertices(key).astype(np.float64) - neutral for key in expression_keys(face)}


def shown(face: bpy.types.Object, fields: Mapping[str, Floats]) -> Floats:
    """How a face is moved (V, 3), metres, by what its sliders say."""
    return sum((value * fields[name] for name, value in expression_of(face).items() if value), np.zeros(3))


def meant(values: Mapping[str, float], fields: Mapping[str, Floats]) -> Floats:
    """How values (V, 3) move a face by the shapes that they name; those that it lacks move nothing."""
    return sum((value * fields[name] for name, value in values.items() if name in fields), np.zeros(3))


def test_presets_move_each_point_once(face: bpy.types.Object) -> None:
    fields = fields_of(face)
    for name, values in PRESETS.items():
        apply_expression(face, dict.fromkeys(fields, 0.5))
        reset_expression(face)
        bpy.ops.likeness.apply_preset(preset=name)
        np.testing.assert_allclose(shown(face, fields), meant(values, fields), atol=CLOSE, err_msg=name)


def test_presets_replace_what_halves_show(face: bpy.types.Object) -> None:
    """Whatever was there before, also by shapes that a preset does not name: halves, and axes of a basis."""
    fields = fields_of(face)
    ruled = tuple(named_expression_values("Sadness"))
    apply_expression(face, {name: 0.4 for name in fields if name.startswith(ruled) or NUMBERED.fullmatch(name)})
    bpy.ops.likeness.apply_preset(preset="Sadness")
    np.testing.assert_allclose(shown(face, fields), meant(EMOTIONS["Sadness"], fields), atol=CLOSE)


def test_halves_of_another_model_are_their_sum(face: bpy.types.Object) -> None:
    fields = fields_of(face)
    reset_expression(face)
    pair = {name + side: 0.6 for name in ("browInnerUp", "cheekPuff") for side in ("_L", "_R")}
    transfer_expression(pair, "elsewhere", face)
    np.testing.assert_allclose(shown(face, fields), meant({"browInnerUp": 0.6, "cheekPuff": 0.6}, fields), atol=CLOSE)


def test_the_expression_of_the_builtin_model_moves_each_point_once(face: bpy.types.Object) -> None:
    fields = fields_of(face)
    reset_expression(face)
    told = dict.fromkeys(ARKIT_WITH_TONGUE, 0.0) | EMOTIONS["Fear"]
    transfer_expression(told, "builtin", face)
    np.testing.assert_allclose(shown(face, fields), meant(told, fields), atol=CLOSE)
