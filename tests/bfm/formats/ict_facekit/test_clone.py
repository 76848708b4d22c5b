"""A clone and its zip: the same kit, found wherever the user points, and one sentence for whatever is wrong."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from facekit_files import FACES, SHAPES, VERTICES, obj_text, shape_of, small_kit, write_clone, write_zip
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from likeness.bfm.formats.ict_facekit import clone
from likeness.bfm.formats.ict_facekit.clone import (
    LARGEST,
    commit_of,
    model_folder,
    read_folder,
    read_zip,
    zipped_folder,
)
from likeness.bfm.formats.ict_facekit.reader import recognises
from likeness.errors import LikenessError

COMMIT = b"0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    small_kit(monkeypatch)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """FaceXModel of a small clone."""
    return write_clone(tmp_path / "ICT-FaceKit")


def test_shapes_are_what_they_move_less_the_noise(models: Path) -> None:
    kit = read_folder(models)
    assert kit.neutral == pytest.approx(VERTICES)
    assert np.array_equal(kit.faces, FACES)
    assert kit.identity == pytest.approx(np.stack([shape_of(name) for name in SHAPES[:2]]), abs=1e-6)
    assert kit.expressions[0, :-1] == pytest.approx(shape_of("jawOpen")[:-1], abs=1e-6)
    assert not kit.expressions[0, -1].any()
    assert kit.identity[0, -1].any(), "identity modes are kept whole"


def test_a_zip_gives_the_same(models: Path, tmp_path: Path) -> None:
    path = write_zip(models.parent, tmp_path / "ICT-FaceKit-master.zip", COMMIT)
    zipped, folder = read_zip(path), read_folder(models)
    for name in ("neutral", "faces", "uv", "faces_uv", "identity", "expressions"):
        assert np.array_equal(getattr(zipped, name), getattr(folder, name))
    assert commit_of(path) == COMMIT.decode()
    assert commit_of(write_zip(models.parent, tmp_path / "own.zip", b"made at home")) == ""


def test_found_wherever_one_points(models: Path, tmp_path: Path) -> None:
    for path in (models, models.parent, models.parent.parent, models / "generic_neutral_mesh.obj"):
        assert model_folder(path) == models
        assert recognises(path)
    zipped = write_zip(models.parent, tmp_path / "a.zip")
    assert zipped_folder(zipped) == "ICT-FaceKit-master/FaceXModel/"
    assert recognises(zipped)
    for path in (tmp_path / "nothing", models.parent / "README.md", models / "jawOpen.obj"):
        assert not recognises(path)


@pytest.mark.parametrize("name", ["generic_neutral_mesh.obj", "identity001.obj", "jawOpen.obj"])
def test_a_missing_file_is_named(models: Path, tmp_path: Path, name: str) -> None:
    (models / name).unlink()
    with pytest.raises(LikenessError, match=f"{name} is missing from {models}"):
        read_folder(models)
    if name != "generic_neutral_mesh.obj":
        with pytest.raises(LikenessError, match=f"{name} is missing from .*a.zip"):
            read_zip(write_zip(models.parent, tmp_path / "a.zip"))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (obj_text(VERTICES)[:-20], "its mesh is not that of"),
        (obj_text(VERTICES[:4], faces=FACES[:1], faces_uv=FACES[:1]), "its mesh is not that of"),
        (obj_text(VERTICES + np.array([0, 0, 30])), "moves a vertex by over 20 cm"),
        (b"version https://git-lfs.github.com/spec/v1\n", "its mesh is not that of"),
        (obj_text(VERTICES).replace(b"10.25", b"1e999"), "numbers"),
    ],
)
def test_a_damaged_shape_is_named(models: Path, content: bytes, says: str) -> None:
    (models / "identity001.obj").write_bytes(content)
    with pytest.raises(LikenessError, match=f"identity001.obj .*{says}"):
        read_folder(models)


def test_huge_files_are_not_read(models: Path, tmp_path: Path) -> None:
    os.truncate(models / "jawOpen.obj", LARGEST + 1)
    with pytest.raises(LikenessError, match="is too large for a mesh"):
        read_folder(models)
    bomb = write_zip(models.parent, tmp_path / "bomb.zip")
    assert bomb.stat().st_size < LARGEST / 100
    with pytest.raises(LikenessError, match="is too large for a mesh"):
        read_zip(bomb)


def test_a_member_longer_than_its_header_says_is_not_read_whole(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_zip(models.parent, tmp_path / "a.zip")
    length = (models / "jawOpen.obj").stat().st_size
    monkeypatch.setattr(clone, "LARGEST", length - 1)
    data = path.read_bytes()
    assert data.count(length.to_bytes(4, "little")) >= 2
    path.write_bytes(data.replace(length.to_bytes(4, "little"), (10).to_bytes(4, "little")))
    with pytest.raises(LikenessError):
        read_zip(path)


def test_names_that_leave_the_zip_are_no_use(models: Path, tmp_path: Path) -> None:
    path = tmp_path / "slip.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in models.iterdir():
            archive.write(file, f"../../outside/FaceXModel/{file.name}")
    before = sorted(tmp_path.rglob("*"))
    assert read_zip(path).neutral == pytest.approx(VERTICES)
    assert sorted(tmp_path.rglob("*")) == before, "reading writes nothing"


def test_what_is_no_zip_is_a_sentence(models: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.zip"
    page.write_text("<!DOCTYPE html>")
    with pytest.raises(LikenessError, match=r"page\.zip is damaged or no zip file"):
        read_zip(page)
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("photo.txt", "")
    with pytest.raises(LikenessError, match=r"has no FaceXModel/generic_neutral_mesh\.obj in it"):
        read_zip(other)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_damage_is_a_sentence_or_harmless(models: Path, tmp_path: Path, data: st.DataObject) -> None:
    whole = write_zip(models.parent, tmp_path / "whole.zip").read_bytes()
    path = tmp_path / "damaged.zip"
    at = data.draw(st.integers(0, len(whole) - 1))
    flipped = bytes([whole[at] ^ data.draw(st.integers(1, 255))])
    path.write_bytes(data.draw(st.sampled_from([whole[:at], whole[:at] + flipped + whole[at + 1 :]])))
    recognises(path)
    try:
        assert read_zip(path).neutral == pytest.approx(VERTICES)
    except LikenessError as error:
        assert "\n" not in str(error)  # noqa: PT017
