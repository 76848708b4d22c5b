"""The result folder: written whole or not at all, read back the same, and refused in one sentence."""

from __future__ import annotations

import contextlib
import errno
import json
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from busts import bust_mesh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from likeness.errors import LikenessError
from likeness.replacing import NEW
from likeness.result.file_names import FACE_FILE, MESH_FILE
from likeness.result.folder import read_reconstruction, write_reconstruction
from likeness.result.image_files import write_image
from likeness.result.reconstruction import ALBEDO_IMAGE, DISPLACEMENT_IMAGE, NORMAL_IMAGE, Mesh
from synthetic import sheet_reconstruction


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "face.likeness"
    write_reconstruction(sheet_reconstruction(), target)
    return target


@pytest.mark.parametrize(
    "name", ["plain.likeness", "mit Leerzeichen ä.likeness", "张伟/脸.likeness", "x" * 150, "no \udcff text\n"]
)
def test_round_trip(tmp_path: Path, name: str) -> None:
    if not (name.isprintable() or sys.platform == "linux"):
        pytest.skip("this system has no such names")
    written = sheet_reconstruction()
    write_reconstruction(written, tmp_path / name)
    read = read_reconstruction(tmp_path / name / FACE_FILE)
    assert read.mesh.cage is None
    for field in fields(Mesh):
        if field.name == "cage":
            continue
        found, expected = (_numbers(getattr(r.mesh, field.name)) for r in (read, written))
        np.testing.assert_allclose(found, expected, atol=1e-8)
    for name in ("intrinsics", "rotation", "translation", "lighting"):
        np.testing.assert_array_equal(getattr(read, name), getattr(written, name))
    for name in ("model", "coefficients", "image_size", "landmarks", "timings", "provenance"):
        assert getattr(read, name) == getattr(written, name)
    assert read.images.keys() == written.images.keys()


def test_a_cage_comes_back(tmp_path: Path) -> None:
    written = bust_mesh()
    write_reconstruction(replace(sheet_reconstruction(), mesh=written), tmp_path / "bust.likeness")
    read = read_reconstruction(tmp_path / "bust.likeness").mesh
    assert read.cage is not None
    assert written.cage is not None
    for name, expected in written.cage.arrays().items():
        np.testing.assert_allclose(read.cage.arrays()[name], expected, atol=1e-7)
    assert read.cage.count == 25 * len(written.part_names)


DAMAGES = [
    *((name, damage) for name in ("faces", "faces_uv", "base_faces_uv", "base_cage_faces_uv")
      for damage in ("gone", "short", "far", "negative")),
    *(("base_vertices", "gone"), ("base_vertices", "negative"), ("base_uv", "gone"), ("base_uv", "no number")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "damage"), DAMAGES)
def test_a_damaged_cage_is_told_in_one_sentence(tmp_path: Path, name: str, damage: str) -> None:
    write_reconstruction(replace(sheet_reconstruction(), mesh=bust_mesh()), tmp_path / "bust.likeness")
    path = tmp_path / "bust.likeness" / MESH_FILE
    with np.load(path) as archive:
        arrays = dict(archive)
    whole = arrays.pop(f"cage_{name}")
    broken = whole.copy()
    if damage in (values := {"far": 1_000_000, "negative": -1, "no number": np.nan}):
        broken.flat[0] = values[damage]
    kept = {"gone": {}, "short": {f"cage_{name}": whole[:-1]}}
    np.savez(path, **arrays, **kept.get(damage, {f"cage_{name}": broken}))
    with pytest.raises(LikenessError, match=rf"{MESH_FILE} is damaged \(.*cage.*\)\.$") as caught:
        read_reconstruction(path.parent)
    assert "\n" not in str(caught.value)


def _numbers(value: object) -> np.ndarray:
    """Names as numbers, so that one comparison serves all fields."""
    return np.frombuffer("\n".join(value).encode(), np.uint8) if isinstance(value, tuple) else np.asarray(value)


def test_nothing_is_left_beside_the_result(folder: Path) -> None:
    write_reconstruction(sheet_reconstruction(), folder)
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_read_result_can_be_written_again(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.likeness"
    write_reconstruction(read_reconstruction(folder), copy)
    assert {n: b for n, b in contents(copy).items() if n != MESH_FILE} == {
        n: b for n, b in contents(folder).items() if n != MESH_FILE
    }


def test_a_new_result_replaces_its_files_and_keeps_the_users(folder: Path) -> None:
    (folder / "notes.txt").write_text("mine")
    lesser = sheet_reconstruction()
    del lesser.images[NORMAL_IMAGE]
    write_reconstruction(lesser, folder)
    assert (folder / "notes.txt").read_text() == "mine"
    assert not (folder / NORMAL_IMAGE).exists()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_failed_write_keeps_the_old_result(folder: Path, code: int) -> None:
    before = contents(folder)

    def fail(path: Path, image: np.ndarray) -> None:
        if path.name == NORMAL_IMAGE:
            raise OSError(code, "the reason")
        write_image(path, image)

    with pytest.raises(LikenessError, match=r"cannot be written to .*the reason"):
        write_reconstruction(sheet_reconstruction(), folder, fail)
    assert contents(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


@pytest.mark.parametrize("name", [FACE_FILE, ALBEDO_IMAGE])
@pytest.mark.parametrize("step", ["away", "in"])
def test_a_failed_rename_keeps_the_old_result(
    folder: Path, name: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(folder)
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self.name == name and self.parent.name == {"away": folder.name, "in": NEW}[step]:
            raise PermissionError(errno.EACCES, "in use")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(LikenessError, match="in use"):
        write_reconstruction(sheet_reconstruction(), folder)
    assert contents(folder) == before


def test_a_strange_folder_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(LikenessError, match="holds other files"):
        write_reconstruction(sheet_reconstruction(), tmp_path)
    with pytest.raises(LikenessError, match="is a file"):
        write_reconstruction(sheet_reconstruction(), tmp_path / "thesis.txt")
    with pytest.raises(LikenessError, match="cannot be written"):
        write_reconstruction(sheet_reconstruction(), tmp_path / "thesis.txt" / "face")
    assert contents(tmp_path) == {"thesis.txt": b"years of work"}


def test_an_unknown_schema_names_its_writer(folder: Path) -> None:
    face = json.loads((folder / FACE_FILE).read_text())
    face |= {"schema_version": 7, "written_by": "Likeness 9.1.0"}
    (folder / FACE_FILE).write_text(json.dumps(face))
    with pytest.raises(LikenessError, match=r"written by Likeness 9\.1\.0 in result format 7"):
        read_reconstruction(folder)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        (FACE_FILE, None),
        (FACE_FILE, b""),
        (FACE_FILE, b"\xff\xfe{"),
        (FACE_FILE, b"[1]"),
        (FACE_FILE, b'{"schema_version": 1}'),
        (MESH_FILE, None),
        (MESH_FILE, b""),
        (MESH_FILE, b"PK\x03\x04 and then nothing"),
    ],
)
def test_damaged_files_are_named(folder: Path, file: str, content: bytes | None) -> None:
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(content)
    with pytest.raises(LikenessError, match=file):
        read_reconstruction(folder)


NO_POSE = {"rotation": [], "translation": []}
POSE = {"rotation": np.eye(3).tolist(), "translation": [0, 0, 1]}


@pytest.mark.parametrize(
    "photos",
    [5, {"name": "a"}, [{}], [{"name": "a", "pose": NO_POSE}], [{"name": "a", "pose": POSE, "index": "first"}]],
)
def test_damaged_records_of_photos_are_told(folder: Path, photos: object) -> None:
    face = json.loads((folder / FACE_FILE).read_text(encoding="utf-8"))
    (folder / FACE_FILE).write_text(json.dumps({**face, "photos": photos}), encoding="utf-8")
    with pytest.raises(LikenessError, match=f"{FACE_FILE} is damaged"):
        read_reconstruction(folder)


def test_pickles_are_refused(folder: Path) -> None:
    with np.load(folder / MESH_FILE) as archive:
        arrays = dict(archive)
    np.savez(folder / MESH_FILE, **(arrays | {"uv": np.array([print], dtype=object)}))
    with pytest.raises(LikenessError, match=MESH_FILE):
        read_reconstruction(folder)


@pytest.mark.parametrize(("name", "value"), [("faces", 10_000), ("vertices", np.nan), ("parts", 9)])
def test_impossible_arrays_are_refused(folder: Path, name: str, value: float) -> None:
    with np.load(folder / MESH_FILE) as archive:
        arrays = dict(archive)
    arrays[name].flat[0] = value
    np.savez(folder / MESH_FILE, **arrays)
    with pytest.raises(LikenessError, match=name):
        read_reconstruction(folder)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255), cut=st.booleans())
def test_random_damage_is_read_or_told(folder: Path, where: float, byte: int, cut: bool) -> None:
    whole = (folder / MESH_FILE).read_bytes()
    at = int(where * len(whole))
    broken = whole[:at] if cut else whole[:at] + bytes([byte]) + whole[at + 1 :]
    (folder / MESH_FILE).write_bytes(broken)
    with contextlib.suppress(LikenessError):
        assert read_reconstruction(folder).mesh.vertices.shape == (81, 3)
    (folder / MESH_FILE).write_bytes(whole)


def test_displacement_is_float_with_solid_alpha(tmp_path: Path) -> None:
    metres = np.random.default_rng(0).normal(scale=1e-3, size=(5, 7)).astype(np.float32)
    write_image(tmp_path / DISPLACEMENT_IMAGE, metres)
    pixels = OpenEXR.File(str(tmp_path / DISPLACEMENT_IMAGE)).channels()["RGBA"].pixels
    np.testing.assert_array_equal(pixels[..., 0], metres)
    np.testing.assert_array_equal(pixels[..., 3], 1.0)


def test_png_keeps_colours_and_takes_integers_only(tmp_path: Path) -> None:
    import cv2

    colours = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    write_image(tmp_path / ALBEDO_IMAGE, colours)
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / ALBEDO_IMAGE))[..., ::-1], colours)
    with pytest.raises(ValueError, match="8 or 16 bit"):
        write_image(tmp_path / ALBEDO_IMAGE, colours / 255.0)
