"""Expressions by names: applying, mirroring, carrying from one face model to another."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest
from likeness.errors import LikenessError
from likeness.scene.expressions import expression
from likeness.scene.state import state_of
from named_sheets import ARKIT_FACE, build_named, values_of

PAIR = {"eyeBlinkLeft": 0.7, "eyeBlinkRight": 0.1, "jawOpen": 0.3, "jawLeft": 0.2, "jawRight": 0.0}


def test_strength_goes_part_of_the_way(tmp_path: Path) -> None:
    face = build_named(tmp_path, {"jawOpen": 0.2, "mouthFunnel": 0.5})
    assert expression.apply_expression(face, {"JawOpen": 1.0}, 0.5) == 1
    assert values_of(face) == pytest.approx({"jawOpen": 0.6, "mouthFunnel": 0.5})
    expression.apply_expression(face, {"jawOpen": 0.0}, 0.0)
    assert values_of(face)["jawOpen"] == pytest.approx(0.6)


def test_values_stay_in_the_sliders_range(tmp_path: Path) -> None:
    face = build_named(tmp_path, {"jawOpen": 0.0, "jawLeft": 0.5})
    expression.apply_expression(face, {"jawOpen": 7.0, "jawLeft": -1.0})
    assert values_of(face) == {"jawOpen": 1.0}


def test_mirror_swaps_the_sides(tmp_path: Path) -> None:
    face = build_named(tmp_path, PAIR)
    expression.mirror_expression(face)
    swapped = {"eyeBlinkLeft": 0.1, "eyeBlinkRight": 0.7, "jawOpen": 0.3, "jawRight": 0.2}
    assert values_of(face) == pytest.approx(swapped)
    expression.mirror_expression(face)
    assert values_of(face) == pytest.approx({name: value for name, value in PAIR.items() if value})


def test_mirror_knows_other_spellings(tmp_path: Path) -> None:
    face = build_named(tmp_path, {"eyeBlink_L": 0.9, "eyeBlink_R": 0.0})
    expression.mirror_expression(face)
    assert values_of(face) == pytest.approx({"eyeBlink_R": 0.9})


def test_reset_is_neutral_and_the_photo_comes_back(tmp_path: Path) -> None:
    face = build_named(tmp_path, PAIR)
    expression.reset_expression(face)
    assert values_of(face) == {}
    expression.apply_expression(face, expression.photo_expression(face))
    assert values_of(face) == pytest.approx({name: value for name, value in PAIR.items() if value})


def test_between_models_by_names(tmp_path: Path) -> None:
    source = build_named(tmp_path, {"browInnerUp_L": 0.2, "browInnerUp_R": 0.6, "eyeBlink_L": 0.9}, model="other")
    target = build_named(tmp_path, ARKIT_FACE | {"jawOpen": 0.5})
    values = expression.expression_of(source)
    assert expression.transfer_expression(values, "other", target) == 2
    assert values_of(target) == pytest.approx({"browInnerUp": 0.4, "eyeBlinkLeft": 0.9, "jawOpen": 0.5})


def test_numbers_mean_something_in_their_own_model_only(tmp_path: Path) -> None:
    source = {"exp_00": 2.0, "exp_01": -1.0}
    same = build_named(tmp_path, dict.fromkeys(source, 0.0), model="bfm2009", span=3.0)
    other = build_named(tmp_path, dict.fromkeys(source, 0.0), model="flame", span=3.0)
    assert expression.transfer_expression(source, "bfm2009", same) == 2
    assert values_of(same) == source
    with pytest.raises(LikenessError, match="no shape key of these names"):
        expression.transfer_expression(source, "bfm2009", other)
    assert values_of(other) == {}


def test_a_renamed_key_is_left_alone(tmp_path: Path) -> None:
    face = build_named(tmp_path, PAIR)
    face.data.shape_keys.key_blocks["jawOpen"].name = "mine"
    face.data.shape_keys.key_blocks["mine"].value = 0.9
    expression.apply_expression(face, expression.photo_expression(face))
    assert values_of(face)["mine"] == pytest.approx(0.9)


def test_a_duplicate_remembers_and_is_independent(tmp_path: Path) -> None:
    face = build_named(tmp_path, PAIR)
    for thing in (face, face.parent):
        thing.select_set(True)
    bpy.ops.object.duplicate()
    duplicate = bpy.context.view_layer.objects.active
    assert duplicate != face
    assert duplicate.parent != face.parent
    expression.reset_expression(duplicate)
    assert values_of(face)["jawOpen"] == pytest.approx(0.3)
    expression.apply_expression(duplicate, expression.photo_expression(duplicate))
    assert values_of(duplicate) == values_of(face)
    assert state_of(duplicate).photo_expression == state_of(face).photo_expression


def test_driven_keys_stay_driven(tmp_path: Path) -> None:
    face = build_named(tmp_path, PAIR)
    key = face.data.shape_keys.key_blocks["jawOpen"]
    driver = key.driver_add("value").driver
    driver.type, driver.expression = "SCRIPTED", "0.75"
    bpy.context.scene.tool_settings.use_keyframe_insert_auto = True
    expression.reset_expression(face)
    bpy.context.view_layer.update()
    assert values_of(face) == pytest.approx({"jawOpen": 0.75})
