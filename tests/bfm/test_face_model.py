"""What a face model says of its own parts, and its file."""

from __future__ import annotations

import zipfile
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from lashes import lashed
from likeness.bfm.builtin.loading import BUILTIN_FILE
from likeness.bfm.face_model import FaceModel, load_face_model, save_face_model
from likeness.bfm.library.registry import load_model
from likeness.errors import LikenessError
from toy_face import toy_model


def test_what_one_looks_through_is_not_opaque() -> None:
    model = toy_model()
    with_lashes = lashed(model)
    np.testing.assert_array_equal(with_lashes.opaque_triangles(), model.triangles())
    assert len(with_lashes.triangles()) == len(model.triangles()) + 2


def test_vertices_of_parts() -> None:
    model = replace(toy_model(), part_names=("skin", "eye_left", "iris_left"))
    parts = np.zeros(len(model.faces), int)
    parts[:2], parts[2:5] = 1, 2
    model = replace(model, face_parts=parts)
    np.testing.assert_array_equal(model.part_vertices("iris_left"), np.unique(model.faces[2:5]))
    np.testing.assert_array_equal(model.part_vertices("eye_left", "iris_left"), np.unique(model.faces[:5]))
    assert len(model.part_vertices("pupil_left")) == 0


def test_the_missing_corners_of_triangles_are_no_vertices() -> None:
    model = toy_model()
    faces = model.faces.copy()
    faces[:, 3] = -1
    found = replace(model, faces=faces).part_vertices("skin")
    np.testing.assert_array_equal(found, np.unique(faces[:, :3]))


@pytest.mark.parametrize("compressed", [True, False])
def test_file_round_trip(tmp_path: Path, compressed: bool) -> None:
    few = replace(load_model("builtin"), identity_basis=load_model("builtin").identity_basis[:3])
    save_face_model(few, tmp_path / "again.npz", compressed=compressed)
    again = load_face_model(tmp_path / "again.npz")
    assert few.cage is not None
    assert again.cage is not None
    for name in {field.name for field in fields(FaceModel)} - {"cage"}:
        np.testing.assert_array_equal(getattr(again, name), getattr(few, name))
    for name, array in few.cage.arrays().items():
        np.testing.assert_array_equal(again.cage.arrays()[name], array)


def test_a_model_without_a_cage_comes_back_without_one(tmp_path: Path) -> None:
    save_face_model(toy_model(), tmp_path / "toy.npz")
    assert load_face_model(tmp_path / "toy.npz").cage is None


def test_bad_files_are_told_in_one_sentence(tmp_path: Path) -> None:
    data = BUILTIN_FILE.read_bytes()
    bad = tmp_path / "bad.npz"
    for content in (b"", b"not a model", data[: len(data) // 2]):
        bad.write_bytes(content)
        with pytest.raises(LikenessError, match=r"bad\.npz"):
            load_face_model(bad)
    np.savez(bad, format_version=np.int32(99))
    with pytest.raises(LikenessError, match="format 99"):
        load_face_model(bad)
    np.savez(bad, format_version=np.int32(1), mean=np.zeros((3, 3)))
    with pytest.raises(LikenessError, match=r"bad\.npz"):
        load_face_model(bad)
    with pytest.raises(LikenessError, match="missing"):
        load_face_model(tmp_path / "absent.npz")


class _Trap:
    """Leaves a mark when somebody unpickles it."""

    def __reduce__(self) -> tuple:
        return (Path("unpickled").touch, ())


def test_pickles_are_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez("pickled.npz", format_version=np.int32(1), id=np.array([_Trap()], dtype=object))
    with zipfile.ZipFile("pickled.npz") as archive:
        assert "id.npy" in archive.namelist()
    with pytest.raises(LikenessError, match=r"pickled\.npz"):
        load_face_model(Path("pickled.npz"))
    assert not Path("unpickled").exists()
