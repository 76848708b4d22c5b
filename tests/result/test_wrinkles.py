"""Wrinkle groups of a result: their activation, which keys rule them, and the folder that carries them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from likeness.anatomy.arkit import ARKIT_NAMES, mirrored_name
from likeness.errors import LikenessError
from likeness.result.face_file import face_text
from likeness.result.file_names import FACE_FILE
from likeness.result.folder import read_reconstruction, write_reconstruction
from likeness.result.image_files import read_image, read_layers, write_image
from likeness.result.reconstruction import IMAGE_FILES, Reconstruction
from likeness.result.wrinkles import (
    CHANNELS,
    GROUPS,
    WRINKLE_IMAGES,
    WrinkleGroup,
    activation,
    keys_of_group,
    place_of_group,
)
from synthetic import sheet_reconstruction

SMILE = WrinkleGroup("smile_left", "wrinkles_2.exr", 1, {"mouthSmileLeft": 1.0, "mouthDimpleLeft": 0.3}, 0.4)
HALF_STEP = 2.0**-11  # relative, of a 16-bit float


def wrinkled() -> Reconstruction:
    """The sheet with one group."""
    layers = np.random.default_rng(0).normal(scale=3e-4, size=(16, 16, 3)).astype(np.float32)
    sheet = sheet_reconstruction()
    return replace(sheet, wrinkles=(SMILE,), images=sheet.images | {SMILE.image: layers})


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, 0.0),
        ({"mouthSmileLeft": 0.5}, 0.5),
        ({"mouthSmileLeft": 0.5, "mouthDimpleLeft": 1.0, "jawOpen": 1.0}, 0.8),
        ({"mouthSmileLeft": 1.0, "mouthDimpleLeft": 1.0}, 1.0),
        ({"mouthSmileLeft": -0.5}, 0.0),
    ],
)
def test_activation_is_a_weighted_sum_between_0_and_1(values: dict[str, float], expected: float) -> None:
    assert activation(SMILE, values) == pytest.approx(expected)


def test_groups_name_known_expressions_and_fit_the_images() -> None:
    assert {key for weights in GROUPS.values() for key in weights} <= set(ARKIT_NAMES)
    assert len(GROUPS) <= CHANNELS * len(WRINKLE_IMAGES)
    assert [place_of_group(number) for number in (0, 2, 3, 7)] == [
        (WRINKLE_IMAGES[0], 0),
        (WRINKLE_IMAGES[0], 2),
        (WRINKLE_IMAGES[1], 0),
        (WRINKLE_IMAGES[2], 1),
    ]


@pytest.mark.parametrize("name", GROUPS)
def test_all_of_an_expression_shows_all_of_its_folds(name: str) -> None:
    group = WrinkleGroup(name, WRINKLE_IMAGES[0], 0, keys_of_group(name, ARKIT_NAMES), 0.0)
    assert group.keys == GROUPS[name]
    assert activation(group, dict.fromkeys(ARKIT_NAMES, 1.0)) == 1.0


def test_the_sides_mirror_each_other() -> None:
    mirrored = {name: {mirrored_name(key): weight for key, weight in keys.items()} for name, keys in GROUPS.items()}
    assert mirrored.pop("smile_left") == GROUPS["smile_right"]
    assert mirrored.pop("smile_right") == GROUPS["smile_left"]
    assert mirrored == {name: GROUPS[name] for name in mirrored}


def test_keys_may_be_spelled_and_split_otherwise() -> None:
    facekit = keys_of_group("brow_raise", ["browInnerUp_L", "browInnerUp_R", "browOuterUp_L", "browOuterUp_R", "x_1"])
    assert facekit == {"browInnerUp_L": 0.25, "browInnerUp_R": 0.25, "browOuterUp_L": 0.3, "browOuterUp_R": 0.3}
    assert keys_of_group("smile_left", ["mouthSmile_L", "mouthSmile_R"]) == {"mouthSmile_L": 1.0}
    assert keys_of_group("brow_raise", ["exp_00", "exp_01"]) == {}


def test_groups_come_back_with_their_images(tmp_path: Path) -> None:
    written = wrinkled()
    write_reconstruction(written, tmp_path / "face.likeness")
    read = read_reconstruction(tmp_path / "face.likeness")
    assert read.wrinkles == written.wrinkles
    layers = written.images[SMILE.image]
    found = read_layers(read.images[SMILE.image])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, layers, rtol=HALF_STEP, atol=1e-7)
    np.testing.assert_array_equal(read_image(read.images[SMILE.image]), found[..., 0])
    write_reconstruction(read, tmp_path / "copy.likeness")
    copied = read_reconstruction(tmp_path / "copy.likeness")
    assert copied.images[SMILE.image].read_bytes() == read.images[SMILE.image].read_bytes()
    assert copied.wrinkles == read.wrinkles


def test_a_result_without_groups_reads_as_before(tmp_path: Path) -> None:
    assert "wrinkles" not in json.loads(face_text(sheet_reconstruction()))
    write_reconstruction(sheet_reconstruction(), tmp_path / "face.likeness")
    assert read_reconstruction(tmp_path / "face.likeness").wrinkles == ()


def test_a_missing_image_is_told(tmp_path: Path) -> None:
    write_reconstruction(wrinkled(), tmp_path / "face.likeness")
    (tmp_path / "face.likeness" / SMILE.image).unlink()
    with pytest.raises(LikenessError, match=r"is not a complete Likeness result: it has no wrinkles_2\.exr\.$"):
        read_reconstruction(tmp_path / "face.likeness")


def test_a_group_whose_image_a_result_lacks_is_not_written(tmp_path: Path) -> None:
    write_reconstruction(replace(sheet_reconstruction(), wrinkles=(SMILE,)), tmp_path / "face.likeness")
    assert read_reconstruction(tmp_path / "face.likeness").wrinkles == ()


def test_a_new_result_takes_the_place_of_old_wrinkles(tmp_path: Path) -> None:
    write_reconstruction(wrinkled(), tmp_path / "face.likeness")
    write_reconstruction(sheet_reconstruction(), tmp_path / "face.likeness")
    assert not (tmp_path / "face.likeness" / SMILE.image).exists()
    assert set(WRINKLE_IMAGES) <= set(IMAGE_FILES)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"image": "../notes.exr"}, r"wrinkles\[0\].image is none of wrinkles_1.exr, wrinkles_2.exr, wrinkles_3.exr"),
        ({"channel": 3}, r"wrinkles\[0\].channel is more than 2"),
        ({"photo": 1.5}, r"wrinkles\[0\].photo is more than 1"),
        ({"keys": {"jawOpen": "wide"}}, r"wrinkles\[0\].keys.jawOpen is no finite number"),
    ],
)
def test_damaged_groups_are_told(tmp_path: Path, change: dict[str, object], sentence: str) -> None:
    write_reconstruction(wrinkled(), tmp_path / "face.likeness")
    file = tmp_path / "face.likeness" / FACE_FILE
    face = json.loads(file.read_text(encoding="utf-8"))
    face["wrinkles"][0] |= change
    file.write_text(json.dumps(face), encoding="utf-8")
    with pytest.raises(LikenessError, match=rf"is damaged \({sentence}\)\.$"):
        read_reconstruction(file)


def test_layers_are_half_floats_with_solid_alpha(tmp_path: Path) -> None:
    layers = np.full((5, 7, 3), (1e-4, -2e-4, 3e-4))
    write_image(tmp_path / WRINKLE_IMAGES[0], layers)
    pixels = OpenEXR.File(str(tmp_path / WRINKLE_IMAGES[0])).channels()["RGBA"].pixels
    assert pixels.dtype == np.float16
    np.testing.assert_array_equal(pixels[..., 3], 1.0)
    np.testing.assert_allclose(pixels[0, 0, :3], layers[0, 0], rtol=HALF_STEP)


def test_an_exr_of_two_layers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="one layer or three"):
        write_image(tmp_path / WRINKLE_IMAGES[0], np.zeros((4, 4, 2)))
