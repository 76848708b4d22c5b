"""The folder of FaceScape's own code: what is read of it, what is refused, and how the library keeps it."""

from __future__ import annotations

import os
import pickle
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from facescape_files import Head, write_predef
from likeness.bfm.face_model import FaceModel
from likeness.bfm.formats.facescape import reader
from likeness.bfm.library import importing, store
from likeness.bfm.library.networks import FACESCAPE_LAYOUT
from likeness.bfm.library.registry import load_model
from likeness.errors import LikenessError
from likeness.inference import model_import
from likeness.inference.facescape_relief import layout as layouts
from likeness.inference.facescape_relief import predef

MINUS = np.array([[0, 0, 0, -1]])


@pytest.fixture(scope="module")
def official(made_head: Head, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_predef(tmp_path_factory.mktemp("official") / "predef", made_head, positions=True)


@pytest.fixture
def folder(official: Path, tmp_path: Path) -> Path:
    """A copy to be changed, whose large files are links."""
    shutil.copytree(official, tmp_path / "predef", copy_function=os.link)
    return tmp_path / "predef"


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty one, for which nothing is laid."""
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path / "library"))
    monkeypatch.setattr(model_import, "laid_builtin", lambda source: None)
    return tmp_path / "library"


def refused(folder: Path) -> str:
    with pytest.raises(LikenessError) as told:
        predef.read(folder)
    sentence = str(told.value)
    assert str(folder) in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def rewritten(file: Path, content: bytes) -> None:
    file.unlink(missing_ok=True)  # the original stays
    file.write_bytes(content)


def test_what_is_read(official: Path, made_head: Head) -> None:
    layout, positions = predef.read(official)
    assert np.allclose(layout.vertices, made_head.vertices, atol=1e-6)
    assert np.array_equal(layout.triangles, made_head.triangles)
    assert np.array_equal(layout.triangles_uv, made_head.triangles)
    assert np.allclose(layout.uv, made_head.uv)
    assert np.array_equal(layout.front, made_head.front)
    assert np.array_equal(layout.landmarks68, made_head.landmarks68)
    assert 0.4 < layout.mask.mean() < 0.95
    seen = predef.covered(layout.uv[layout.triangles_uv[layout.front]], 1024)
    assert (seen == layout.mask).mean() > 0.99  # the mask is where the front lies
    assert positions is not None
    assert positions.shape == (60, 1024, 1024)
    assert np.allclose(positions[:, 5, 0], np.linspace(-1, 1, 60), atol=1e-6)
    assert predef.read(official.parent)[0].front.size == layout.front.size  # the folder above will do


def test_it_goes_into_the_library_and_comes_back(official: Path, library: Path, made_head: Head) -> None:
    record = model_import.add(official)
    assert (record.id, record.kind) == (FACESCAPE_LAYOUT, "network")
    assert "non-commercial" in record.licence
    assert {file.name for file in record.files} == {path.name for path in official.iterdir()}
    assert model_import.check(FACESCAPE_LAYOUT) == []
    kept = layouts.library_layout()
    assert np.allclose(kept.vertices, made_head.vertices, atol=1e-6)
    assert layouts.library_layout() is kept
    assert layouts.has_positions()
    assert layouts.positions_of(19).shape == (3, 1024, 1024)
    assert layouts.positions_of(19)[2, 0, 0] == pytest.approx(1.0)
    assert layouts.positions_of(0)[0, 0, 0] == pytest.approx(-1.0)
    np.save(library / "flat.npy", np.zeros(3))
    flat = (library / "flat.npy").read_bytes()
    source = kept.source()
    assert source.faces.shape == (len(made_head.triangles), 4)
    assert (source.faces[:, 3] == MINUS[0, 3]).all()
    place = library / FACESCAPE_LAYOUT
    for damaged, words in ((b"\x93NUMPY damaged", "cannot be read"), (flat, "is another file")):
        (place / layouts.POSITIONS_FILE).write_bytes(damaged)
        assert f"{layouts.POSITIONS_FILE} {words}: add FaceScape, layout again" in model_import.check(record.id)[0]
    (place / layouts.FILE).write_bytes(b"PK damaged")
    assert "add FaceScape, layout again" in model_import.check(FACESCAPE_LAYOUT)[0]
    store.remove(FACESCAPE_LAYOUT)
    assert not layouts.has_positions()


def test_only_one_thing_takes_the_folder(official: Path) -> None:
    """Beside it the bilinear model of the same version is no model of its own."""
    assert not [i.accepts for i in importing.model_importers() if i.recognises(official)]
    assert not reader.recognises(official)
    assert model_import._layout_importer().recognises(official)
    assert model_import._layout_importer().recognises(official.parent)
    assert not model_import._layout_importer().recognises(official / "faces.pkl")


@pytest.mark.usefixtures("library")
def test_the_other_network_needs_no_positions(folder: Path) -> None:
    (folder / "posmaps.npz").unlink()
    model_import.add(folder)
    assert not layouts.has_positions()


@pytest.mark.parametrize("name", ["faces.pkl", "front_face_indices.pkl", "index_68.txt", "front_mask.png"])
def test_a_missing_file_is_named(name: str, folder: Path) -> None:
    (folder / name).unlink()
    told = refused(folder)
    assert f"has no {name}; the official predef of Detailed3DFace" in told
    assert "github.com/yanght321/Detailed3DFace" in told


class Malicious:
    """Unpickled, it makes a folder."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.place),)


@pytest.mark.parametrize("name", ["faces.pkl", "front_face_indices.pkl", "id_mean.pkl"])
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_nothing_in_a_file_is_run(name: str, protocol: int, folder: Path) -> None:
    canary = folder / "canary"
    rewritten(folder / name, pickle.dumps([[Malicious(canary)]], protocol))
    assert "holds code" in refused(folder)
    assert not canary.exists()


def bomb() -> bytes:
    """A list of a list of a list ..., each named ten times: small, and endless when it is written out."""
    content: list[Any] = [0.5, 0.5]
    for _ in range(40):
        content = [content] * 10
    return pickle.dumps((content, content), 2)


POINT, FACE = [0.5, 0.5], ([1, 2, 3], [0, 0, 0], [1, 1, 1], None)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("faces.pkl", b""),
        ("faces.pkl", b"not a pickle"),
        ("faces.pkl", bomb()),
        ("faces.pkl", pickle.dumps([[POINT]])),
        ("faces.pkl", pickle.dumps(([POINT], []))),
        ("faces.pkl", pickle.dumps(([[0.5]], [FACE]))),
        ("faces.pkl", pickle.dumps(([[0.5, "a"]], [FACE]))),
        ("faces.pkl", pickle.dumps(([[0.5, float("nan")]], [FACE]))),
        ("faces.pkl", pickle.dumps(([POINT], [([0, 1, 2], [], [1, 1, 1])]))),
        ("faces.pkl", pickle.dumps(([POINT], [([1, 2, 26318], [], [1, 1, 1])]))),
        ("faces.pkl", pickle.dumps(([POINT], [([1, 2, 3], [], [1, 1, 2])]))),
        ("faces.pkl", pickle.dumps(([POINT], [([1, 2, 3, 4], [], [1, 1, 1])]))),
        ("front_face_indices.pkl", pickle.dumps([])),
        ("front_face_indices.pkl", pickle.dumps([-1])),
        ("front_face_indices.pkl", pickle.dumps([0.5])),
        ("front_face_indices.pkl", pickle.dumps([10**7])),
        ("front_face_indices.pkl", pickle.dumps({"a": 1})),
        ("index_68.txt", b"1\n2\n"),
        ("index_68.txt", b"x\n" * 68),
        ("index_68.txt", b"-5\n" * 68),
        ("index_68.txt", b"26317\n" * 68),
        ("index_68.txt", b"\xff\xfe\n" * 68),
        ("front_mask.png", b""),
        ("front_mask.png", b"\x89PNG\r\n\x1a\n" + bytes(40)),
        ("front_mask.png", b"GIF89a" + bytes(40)),
        ("id_mean.pkl", pickle.dumps([1.0, 0.0])),
        ("id_mean.pkl", pickle.dumps(np.ones(5))),
        ("core_847_50_52.npy", b"nothing"),
        ("posmaps.npz", b"PK nothing"),
    ],
)  # fmt: skip
def test_damaged_and_other_files_are_told(name: str, content: bytes, folder: Path) -> None:
    rewritten(folder / name, content)
    assert predef.NAME in refused(folder)


@pytest.mark.parametrize(
    ("image", "words"),
    [(np.full((512, 512), 0, np.uint8), "no mask of 1024 x 1024"), (np.full((1024, 1024), 255, np.uint8), "no mask")],
)
def test_a_mask_of_another_size_or_of_nothing(image: np.ndarray, words: str, folder: Path) -> None:
    rewritten(folder / "front_mask.png", cv2.imencode(".png", image)[1].tobytes())
    assert words in refused(folder)


def test_a_bilinear_model_of_something_else(folder: Path) -> None:
    core = folder / "core_847_50_52.npy"
    core.unlink()
    np.save(core, np.zeros((2, 52, 78834), np.float32))
    assert "the shape (2, 52, 78834) instead of (2, 52, 78951)" in refused(folder)
    np.save(core, np.zeros((2, 52, 78951), np.float32))
    assert "mean face of 0 m height" in refused(folder)
    np.save(core, np.array([Malicious(folder / "canary")], dtype=object), allow_pickle=True)
    assert "damaged or no array" in refused(folder)
    assert not (folder / "canary").exists()


def test_surfaces_of_another_size(folder: Path) -> None:
    file = folder / "posmaps.npz"
    file.unlink()
    np.savez_compressed(file, np.zeros((3, 8, 8), np.float32))
    assert "posmaps.npz is damaged or another file" in refused(folder)
    np.savez(file, other=np.zeros(3))
    assert "posmaps.npz is damaged or another file" in refused(folder)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("arr_0.npy", bytes(600 << 20))
    assert file.stat().st_size < 1 << 20
    assert "posmaps.npz is damaged or another file" in refused(folder)


def later_model(made: Head, shift: float = 0.0) -> FaceModel:
    """A model of version 1.6 of the same face, whose vertices stand in another order."""
    builtin, count = load_model("builtin"), len(made.uv)
    order = np.random.default_rng(0).permutation(count)
    place = np.argsort(order)
    faces = np.pad(place[made.triangles], ((0, 0), (0, 1)), constant_values=-1)
    basis = np.zeros((0, count, 3))
    return replace(
        builtin,
        id="facescape", mean=made.vertices[:count][order], faces=faces, faces_uv=faces, uv=made.uv[order] + shift,
        landmarks68=place[made.landmarks68], identity_basis=basis, expression_basis=basis, expression_names=(),
        expression_ranges=np.zeros((0, 2)), expression_std=np.zeros(0), albedo_mean=np.zeros((count, 3)),
        albedo_basis=basis, dense_vertices=np.zeros((478, 3), int), region_weights=np.zeros((12, count)),
        face_parts=np.zeros(len(faces), int), joint_regressor=np.zeros((len(builtin.joint_names), count)),
        skin_weights=np.zeros((count, len(builtin.joint_names))), cage=None,
    )  # fmt: skip


@pytest.fixture
def with_later(monkeypatch: pytest.MonkeyPatch) -> Callable[[FaceModel], None]:
    def put(model: FaceModel) -> None:
        monkeypatch.setattr(predef, "available_models", lambda: {"facescape": "FaceScape"})
        monkeypatch.setattr(predef, "load_model", lambda model_id: model)

    return put


def test_without_the_bilinear_model_its_place_is_told(
    folder: Path, made_head: Head, with_later: Callable[[FaceModel], None]
) -> None:
    (folder / "core_847_50_52.npy").unlink()
    told = refused(folder)
    assert "facescape_bilinear_model_v1_3.zip from https://facescape.nju.edu.cn" in told
    assert "model 1.6" in told
    with_later(later_model(made_head, shift=0.02))
    assert "has another texture layout" in refused(folder)


def test_the_later_model_of_the_library_takes_its_place(
    folder: Path, made_head: Head, with_later: Callable[[FaceModel], None]
) -> None:
    (folder / "core_847_50_52.npy").unlink()
    model = later_model(made_head)
    with_later(model)
    layout, _ = predef.read(folder)
    assert np.allclose(layout.vertices, model.mean)
    seen = predef.covered(layout.uv[layout.triangles_uv[layout.front]], 256)
    wanted = predef.covered(made_head.uv[made_head.triangles[made_head.front]], 256)
    assert (seen & wanted).sum() > 0.98 * (seen | wanted).sum()
    nose, own = layout.landmarks68[30], made_head.landmarks68[30]
    assert np.allclose(layout.vertices[nose], made_head.vertices[own])
