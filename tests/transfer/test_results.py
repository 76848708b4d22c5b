"""A result there and back between two models: the same face, the same texture, the same place in the photo."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.registry import load_model
from likeness.cli import main
from likeness.errors import LikenessError
from likeness.inference.uv.atlas import uv_atlas
from likeness.result.folder import read_reconstruction, write_reconstruction
from likeness.result.image_files import read_image, write_image
from likeness.result.reconstruction import (
    ALBEDO_IMAGE,
    CONFIDENCE_IMAGE,
    DISPLACEMENT_IMAGE,
    NORMAL_IMAGE,
    PHOTO_IMAGE,
    Mesh,
    Reconstruction,
)
from likeness.result.wrinkles import WRINKLE_IMAGES
from likeness.transfer import results
from likeness.transfer.results import transferred
from made_result import SIZE, SMILE, a_result
from other_face import install_other, of_face, with_halves

MM = 0.001


@pytest.fixture(autouse=True)
def other() -> FaceModel:
    return install_other()


def in_photo(result: Reconstruction, vertices: np.ndarray) -> np.ndarray:
    placed = vertices @ result.rotation.T + result.translation
    pixels = placed @ np.asarray(result.intrinsics).T
    return pixels[:, :2] / pixels[:, 2:]


def posed(mesh: Mesh) -> np.ndarray:
    return mesh.vertices + np.tensordot(mesh.expression, mesh.shape_key_deltas, axes=1)


def test_there_and_back(other: FaceModel) -> None:
    builtin = load_model("builtin")
    result = a_result()
    result.provenance["device"] = "Using the CPU, because cuda does not work here (no driver)."
    there = transferred(result, "other")
    assert there.provenance["device"] == "cpu"  # nothing was asked of another device here
    assert there.mesh.shape_key_names == other.expression_names
    assert there.model["id"] == "other"
    assert there.appearance == result.appearance
    (smile,) = there.wrinkles
    assert (smile.name, smile.image, smile.channel) == ("smile_left", WRINKLE_IMAGES[0], 1)
    assert smile.photo == pytest.approx(0.6)
    assert set(smile.keys) <= set(there.mesh.shape_key_names)
    np.testing.assert_allclose(there.rotation @ there.rotation.T, np.eye(3), atol=1e-9)
    values = dict(zip(there.mesh.shape_key_names, there.mesh.expression, strict=True))
    assert {name: pytest.approx(values[name]) for name in SMILE} == SMILE
    own = in_photo(result, builtin.dense_points(posed(result.mesh)))
    found = in_photo(there, other.dense_points(posed(there.mesh)))
    assert np.median(np.linalg.norm(found - own, axis=1)) < 0.5  # pixels, 0.9 mm each
    assert there.photos[0]["pose"]["translation"] == pytest.approx(there.translation.tolist())

    back = transferred(there, "builtin")
    face = of_face()
    placed = [r.mesh.vertices @ r.rotation.T + r.translation for r in (result, back)]
    error = np.linalg.norm(placed[0] - placed[1], axis=1)[face]
    assert np.median(error) < 0.2 * MM
    assert np.percentile(error, 95) < 1.0 * MM
    skin = uv_atlas(builtin, SIZE).interpolate(builtin.region("skin")[:, None])[..., 0] > 0.9
    sure = skin & (uv_atlas(builtin, SIZE).interpolate(face[:, None].astype(float))[..., 0] > 0.99)
    albedo = [r.images[ALBEDO_IMAGE].astype(float)[sure] for r in (result, back)]
    assert np.abs(albedo[0] - albedo[1]).mean() < 0.2 * albedo[0].std()
    height = [r.images[DISPLACEMENT_IMAGE][sure] for r in (result, back)]
    assert np.abs(height[0] - height[1]).mean() < 0.3 * height[0].std()
    folds = [r.images[WRINKLE_IMAGES[0]][sure] for r in (result, back)]
    assert np.abs(folds[0] - folds[1]).mean() < 0.3 * folds[0].std()
    assert back.images[CONFIDENCE_IMAGE][sure].mean() > 180
    assert np.ptp(back.images[NORMAL_IMAGE][sure][:, 0].astype(int)) > 10  # baked anew from the relief


def test_numbered_shapes_become_named_ones(other: FaceModel) -> None:
    there = transferred(a_result(), "other")
    keys = dict(zip(there.mesh.shape_key_names, there.mesh.shape_key_deltas, strict=True))
    numbered = there.mesh.shape_key_deltas.copy()
    numbered[0] = 0.2 * keys["jawOpen"]
    expression = np.zeros(len(numbered), np.float32)
    expression[0] = 2.0
    moved = replace(there, mesh=replace(there.mesh, shape_key_deltas=numbered, expression=expression))
    back = transferred(moved, "builtin")
    values = dict(zip(back.mesh.shape_key_names, back.mesh.expression, strict=True))
    assert values["jawOpen"] == pytest.approx(0.4, abs=0.08)


@pytest.mark.parametrize("shown", [{"browInnerUp": 0.6}, {"browInnerUpLeft": 0.6, "browInnerUpRight": 0.6}])
def test_a_model_with_halves_beside_the_whole_moves_each_point_once(other: FaceModel, shown: dict[str, float]) -> None:
    install_other("halves", with_halves(other, "browInnerUp"))
    result = a_result()
    names = result.mesh.shape_key_names
    raised = replace(result.mesh, expression=np.where(np.isin(names, "browInnerUp"), 0.6, 0.0))
    there = transferred(replace(result, mesh=raised), "halves")
    values = dict(zip(there.mesh.shape_key_names, there.mesh.expression.tolist(), strict=True))
    assert {name: value for name, value in values.items() if value} == pytest.approx({"browInnerUp": 0.6})

    told = np.array([shown.get(name, 0.0) for name in there.mesh.shape_key_names])
    back = transferred(replace(there, mesh=replace(there.mesh, expression=told)), "builtin")
    values = dict(zip(back.mesh.shape_key_names, back.mesh.expression.tolist(), strict=True))
    assert values["browInnerUp"] == pytest.approx(0.6, abs=0.05)
    assert sum(values.values()) == pytest.approx(0.6, abs=0.1)


def test_numbers_of_one_model_are_not_those_of_another(other: FaceModel) -> None:
    there = transferred(a_result(), "other")
    keys = dict(zip(there.mesh.shape_key_names, there.mesh.shape_key_deltas, strict=True))
    numbered = there.mesh.shape_key_deltas.copy()
    numbered[there.mesh.shape_key_names.index("exp_00")] = 0.2 * keys["jawOpen"]
    expression = np.zeros(len(numbered), np.float32)
    expression[there.mesh.shape_key_names.index("exp_00")] = 2.0
    moved = replace(there, mesh=replace(there.mesh, shape_key_deltas=numbered, expression=expression))
    for model_id, exp_00, jaw in (("another", 0.0, 0.4), ("other_full", 2.0, 0.0)):  # whose own exp_00 moves nothing
        install_other(model_id)
        beyond = transferred(moved, model_id)
        values = dict(zip(beyond.mesh.shape_key_names, beyond.mesh.expression, strict=True))
        assert values["exp_00"] == pytest.approx(exp_00, abs=0.01)
        assert values["jawOpen"] == pytest.approx(jaw, abs=0.08)


def test_nonsense_is_refused(tmp_path: Path) -> None:
    result = a_result()
    with pytest.raises(LikenessError, match="already is a face of the model 'builtin'"):
        transferred(result, "builtin")
    with pytest.raises(LikenessError, match="no face model 'nobody'"):
        transferred(result, "nobody")


def test_the_command_writes_a_result(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    draft = replace(a_result(), images={PHOTO_IMAGE: np.full((320, 320, 3), 90, np.uint8)})
    write_reconstruction(draft, tmp_path / "face.likeness")
    assert main.main(["transfer", str(tmp_path / "face.likeness"), "--model", "other"]) == 0
    found = read_reconstruction(tmp_path / "face-other.likeness")
    assert found.model["id"] == "other"
    assert (tmp_path / "face-other.likeness" / "preview.png").is_file()
    for same in ("face.likeness", "face-other.likeness/../face.likeness"):
        arguments = ["transfer", str(tmp_path / "face.likeness"), "--model", "other", "-o", str(tmp_path / same)]
        assert main.main(arguments) == 2
        assert "over the one it is made from" in capfd.readouterr().err


def test_a_folder_of_others_is_refused_before_the_work(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "transferred", None)
    write_reconstruction(replace(a_result(), images={}), tmp_path / "face.likeness")
    (tmp_path / "holiday").mkdir()
    (tmp_path / "holiday" / "beach.jpg").write_bytes(b"")
    for taken, words in (("holiday", "holds other files"), ("holiday/beach.jpg", "is a file")):
        arguments = ["transfer", str(tmp_path / "face.likeness"), "--model", "other", "-o", str(tmp_path / taken)]
        assert main.main(arguments) == 2
        assert words in capfd.readouterr().err


def test_images_that_cannot_be_read_are_one_sentence(other: FaceModel, tmp_path: Path) -> None:
    write_reconstruction(a_result(), tmp_path / "face.likeness")
    (tmp_path / "face.likeness" / ALBEDO_IMAGE).write_bytes(b"no image")
    with pytest.raises(LikenessError, match=r"albedo\.png cannot be read: albedo\.png is not an image"):
        transferred(read_reconstruction(tmp_path / "face.likeness"), "other")
    (tmp_path / "face.likeness" / PHOTO_IMAGE).unlink()
    with pytest.raises(LikenessError, match=r"has no photo\.png"):
        transferred(read_reconstruction(tmp_path / "face.likeness"), "other")


@pytest.mark.parametrize("name", ["a.png", "b.png", "c.exr"])
def test_images_are_read_as_they_were_written(tmp_path: Path, name: str) -> None:
    rng = np.random.default_rng(0)
    image = {
        "a.png": rng.integers(0, 255, (7, 5, 3), dtype=np.uint8),
        "b.png": rng.integers(0, 255, (7, 5), dtype=np.uint8),
        "c.exr": rng.normal(size=(7, 5)).astype(np.float32),
    }[name]
    write_image(tmp_path / name, image)
    np.testing.assert_array_equal(read_image(tmp_path / name), image)
    (tmp_path / name).write_bytes(b"no image")
    with pytest.raises(OSError, match=name):
        read_image(tmp_path / name)
