"""The reader of MATLAB files against SciPy's, and against damage."""

from __future__ import annotations

import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from likeness.bfm.formats.basel import mat5
from likeness.errors import LikenessError
from scipy import sparse
from scipy.io import loadmat, savemat

TYPES = ["f4", "f8", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"]
ANY_FOLDER = [HealthCheck.function_scoped_fixture]
SHAPES = arrays.array_shapes(min_dims=2, max_dims=3, min_side=0, max_side=7)


@settings(max_examples=60, suppress_health_check=ANY_FOLDER)
@given(data=st.data(), compressed=st.booleans())
def test_reads_what_scipy_writes(tmp_path: Path, data: st.DataObject, compressed: bool) -> None:
    kinds = data.draw(st.lists(st.sampled_from(TYPES), min_size=1, max_size=3))
    written = {f"name{i}": data.draw(arrays.arrays(kind, SHAPES)) for i, kind in enumerate(kinds)}
    savemat(tmp_path / "a.mat", written, do_compression=compressed)
    listed = mat5.variables(tmp_path / "a.mat")
    assert list(listed) == list(written)
    expected = loadmat(tmp_path / "a.mat")
    for name, variable in listed.items():
        assert variable.shape == expected[name].shape
        np.testing.assert_array_equal(mat5.read(tmp_path / "a.mat", variable), expected[name])


def test_reads_the_public_tables_like_scipy(bfm_files: Path) -> None:
    """Files that MATLAB itself wrote, values stored in narrower types than their class."""
    for name in ("BFM_exp_idx.mat", "BFM_front_idx.mat", "facemodel_info.mat", "select_vertex_id.mat"):
        expected = loadmat(bfm_files / name)
        listed = mat5.variables(bfm_files / name)
        assert set(listed) == {key for key in expected if not key.startswith("__")}
        for key, variable in listed.items():
            np.testing.assert_array_equal(mat5.read(bfm_files / name, variable), expected[key])


@pytest.mark.parametrize("compressed", [False, True])
def test_what_is_no_plain_array_is_listed_and_not_read(tmp_path: Path, compressed: bool) -> None:
    odd = {"text": "abc", "cell": np.array([1, "a"], object), "sparse": sparse.eye(3), "complex": np.ones((2, 2)) * 1j}
    savemat(tmp_path / "a.mat", {**odd, "struct": {"x": 1.0}, "plain": np.ones((2, 2))}, do_compression=compressed)
    listed = mat5.variables(tmp_path / "a.mat")
    assert [name for name, variable in listed.items() if variable.numeric] == ["plain"]
    with pytest.raises(LikenessError, match="of sparse, the values are not plain numbers"):
        mat5.read(tmp_path / "a.mat", listed["sparse"])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"MATLAB 7.3 MAT-file, Platform: GLNXA64" + bytes(600), "format 7.3 .*-v7"),
        (b"\x89HDF\r\n\x1a\n" + bytes(600), "an HDF5 file"),
        (b"PK\x03\x04" + bytes(600), "unpack it first"),
        (b"<!DOCTYPE html>" + bytes(600), "a web page"),
        (b"\x80\x04\x95" + bytes(600), "a Python pickle"),
        (np.int32(79).tobytes() + bytes(600), "an expression basis"),
        (b"", "does not begin like one"),
        (bytes(600), "does not begin like one"),
    ],
)
def test_other_files_are_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "a.mat").write_bytes(content)
    with pytest.raises(LikenessError, match=sentence):
        mat5.variables(tmp_path / "a.mat")


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LikenessError, match="cannot be read: No such file"):
        mat5.variables(tmp_path / "a.mat")


def element(kind: int, data: bytes) -> bytes:
    return np.uint32([kind, len(data)]).tobytes() + data + bytes(-len(data) % 8)


def forged(shape: tuple[int, int], values: bytes) -> bytes:
    """A file with one double array whose header says ``shape``."""
    head = element(6, np.uint32([6, 0]).tobytes()) + element(5, np.int32(shape).tobytes()) + element(1, b"big")
    packed = zlib.compress(element(14, head + values))
    return bytes(124) + b"\x00\x01IM" + np.uint32([15, len(packed)]).tobytes() + packed


def test_a_forged_size_allocates_nothing(tmp_path: Path) -> None:
    huge = np.uint32([9, 0xFFFFFFF8]).tobytes() + bytes(64)
    (tmp_path / "a.mat").write_bytes(forged((1 << 30, 1 << 30), huge))
    variable = mat5.variables(tmp_path / "a.mat")["big"]
    with pytest.raises(LikenessError, match="asks for too much"):
        mat5.read(tmp_path / "a.mat", variable)


def test_a_bomb_is_unpacked_no_further_than_its_header_says(tmp_path: Path) -> None:
    (tmp_path / "a.mat").write_bytes(forged((2, 2), element(9, bytes(1 << 26))))
    variable = mat5.variables(tmp_path / "a.mat")["big"]
    with pytest.raises(LikenessError, match="asks for too much"):
        mat5.read(tmp_path / "a.mat", variable)


@pytest.mark.parametrize("compressed", [False, True])
def test_every_truncation_is_noticed(tmp_path: Path, compressed: bool) -> None:
    values = np.random.default_rng(0).normal(size=(5, 4))
    savemat(tmp_path / "a.mat", {"a": values}, do_compression=compressed)
    content = (tmp_path / "a.mat").read_bytes()
    for length in range(len(content)):
        (tmp_path / "b.mat").write_bytes(content[:length])
        with suppress(LikenessError):
            assert not mat5.variables(tmp_path / "b.mat"), length


@settings(max_examples=150, suppress_health_check=ANY_FOLDER)
@given(data=st.data(), compressed=st.booleans())
def test_damage_is_a_sentence_or_an_array(tmp_path: Path, data: st.DataObject, compressed: bool) -> None:
    savemat(tmp_path / "a.mat", {"one": np.arange(12.0).reshape(3, 4), "two": np.eye(2)}, do_compression=compressed)
    content = bytearray((tmp_path / "a.mat").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(120, len(content) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "a.mat").write_bytes(content)
    with suppress(LikenessError):
        for variable in mat5.variables(tmp_path / "a.mat").values():
            with suppress(LikenessError):
                assert mat5.read(tmp_path / "a.mat", variable).shape == variable.shape
