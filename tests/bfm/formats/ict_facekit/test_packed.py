"""The packed file against the plain reader of the reference data, and damaged in every way."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from likeness.bfm.formats.ict_facekit.facekit import EXPRESSIONS, FaceKit
from likeness.bfm.formats.ict_facekit.packed import read_packed
from likeness.bfm.formats.ict_facekit.reader import read, recognises, source_files
from likeness.errors import LikenessError
from shared_tools import tool


@pytest.fixture(scope="module")
def kit(ict_file: Path) -> FaceKit:
    return read_packed(ict_file)


@pytest.fixture(scope="module")
def arrays(ict_file: Path) -> dict[str, np.ndarray]:
    with np.load(ict_file) as archive:
        return dict(archive)


def test_shapes_are_those_of_the_plain_reader(kit: FaceKit, ict_file: Path, shared_dir: Path) -> None:
    plain = tool(shared_dir, "ict_model").ICTModel(ict_file)
    weights = np.random.default_rng(0).normal(size=100)
    expression = {"jawOpen": 0.7, "eyeBlink_L": 1.0, "mouthSmile_R": 0.4}
    values = np.array([expression.get(name, 0.0) for name in EXPRESSIONS])
    ours = kit.neutral + np.tensordot(weights, kit.identity, 1) + np.tensordot(values, kit.expressions, 1)
    assert ours == pytest.approx(plain.shape(weights, expression), abs=1e-4)
    assert set(EXPRESSIONS) == set(plain.expr_names[:53])
    polygons, polygons_uv = plain.polygons()
    for made, expected in ((kit.faces, polygons), (kit.faces_uv, polygons_uv)):
        assert [[corner for corner in row if corner >= 0] for row in made.tolist()] == [list(row) for row in expected]


def test_it_is_recognised_and_is_its_own_source(ict_file: Path, tmp_path: Path) -> None:
    renamed = tmp_path / "model.npz"
    renamed.symlink_to(ict_file)
    assert recognises(renamed)
    assert source_files(ict_file) == [ict_file]


Changed = dict[str, Any]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda a: {"neutral": a["neutral"] + np.float32(1e-3)}, "another version"),
        (lambda a: {"faces": a["faces"][::-1]}, "another version"),
        (lambda a: {"neutral": a["neutral"][:-1]}, "26718 vertices"),
        (lambda a: {"neutral": a["neutral"][0, 0]}, "damaged"),
        (lambda a: {"identity_q": a["identity_q"][:50]}, "identity modes"),
        (lambda a: {"expr_names": a["expr_names"][1:]}, "no expression browDown_L"),
        (lambda a: {"expr_idx": a["expr_idx"].astype(np.int64) + 20000}, "out of bounds"),
        (lambda a: {"expr_ptr": a["expr_ptr"][:5]}, "damaged"),
        (lambda a: {"expr_q": a["expr_q"][:, :2]}, "damaged"),
        (lambda a: {"neutral": np.array([{"a": print}], dtype=object)}, "damaged"),
    ],
)
def test_other_arrays_are_a_sentence(arrays: dict[str, np.ndarray], change: Any, says: str, tmp_path: Path) -> None:
    path = tmp_path / "ict_facekit.npz"
    np.savez(path, **(arrays | change(arrays)))
    with pytest.raises(LikenessError, match=says) as raised:
        read(path)
    assert str(path) in str(raised.value)


def test_a_missing_array_is_named(arrays: dict[str, np.ndarray], tmp_path: Path) -> None:
    path = tmp_path / "ict_facekit.npz"
    np.savez(path, **{name: array for name, array in arrays.items() if name != "uv"})
    with pytest.raises(LikenessError, match="it lacks uv"):
        read(path)


def test_an_array_larger_than_its_file_is_a_sentence(arrays: dict[str, np.ndarray], tmp_path: Path) -> None:
    header = io.BytesIO()
    shape = {"descr": "<f4", "fortran_order": False, "shape": (1 << 50, 3)}
    np.lib.format.write_array_header_2_0(header, shape)
    path = tmp_path / "ict_facekit.npz"
    np.savez(path, **{name: array for name, array in arrays.items() if name != "neutral"})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("neutral.npy", header.getvalue())
    with pytest.raises(LikenessError, match="damaged"):
        read(path)


def test_a_bomb_is_not_unpacked(arrays: dict[str, np.ndarray], tmp_path: Path) -> None:
    path = tmp_path / "ict_facekit.npz"
    np.savez_compressed(path, **(arrays | {"jaw": np.zeros(1 << 24, np.float64)}))
    with pytest.raises(LikenessError, match="more than it can hold"):
        read(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
def test_damage_is_a_sentence(ict_file: Path, tmp_path: Path, data: st.DataObject) -> None:
    whole = ict_file.read_bytes()
    path = tmp_path / "ict_facekit.npz"
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(LikenessError) as raised:
        read(path)
    assert str(path) in str(raised.value)
