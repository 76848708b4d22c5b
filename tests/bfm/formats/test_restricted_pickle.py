"""Pickles of arrays give their arrays; everything else is one sentence, and nothing in a file is ever run."""

from __future__ import annotations

import builtins
import copyreg
import io
import operator
import os
import pickle
import subprocess
from pathlib import Path
from typing import Any

import flame_files
import numpy as np
import pytest
import scipy.sparse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from likeness.bfm.formats.restricted_pickle import load_array, load_arrays, load_with, number_lists
from likeness.errors import LikenessError

ARRAYS = {
    "J": np.arange(6.0).reshape(2, 3),
    "f": np.asfortranarray(np.arange(6, dtype=np.uint32).reshape(3, 2)),
    "J_regressor": np.array([[0.0, 0.5, 0.5], [1.0, 0.0, 0.0]]),
}


class Call:
    """Pickles to a call of a function when it is read."""

    def __init__(self, *call: Any) -> None:
        self.call = call

    def __reduce__(self) -> tuple[Any, ...]:
        return self.call


class WithState:
    """Pickles to an object that takes a state through a function."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return (dict, (), None, None, iter([("x", Call(os.mkdir, (str(self.canary),)))]))


def _read(path: Path, content: bytes, names: tuple[str, ...] = tuple(ARRAYS)) -> dict[str, np.ndarray]:
    path.write_bytes(content)
    return load_arrays(path, names, "the model of somewhere")


def _attacks(canary: Path) -> dict[str, Any]:
    make = f"__import__('os').mkdir({str(canary)!r})"
    rows = io.BytesIO()
    np.save(rows, np.array([Call(os.mkdir, (str(canary),))], dtype=object), allow_pickle=True)
    return {
        "system": Call(os.system, (f"mkdir {canary}",)),
        "mkdir": Call(os.mkdir, (str(canary),)),
        "eval": Call(eval, (make,)),
        "exec": Call(exec, (make,)),
        "getattr": Call(getattr, (builtins.dict, "mro")),
        "attrgetter": Call(operator.attrgetter("mkdir"), (1,)),
        "methodcaller": operator.methodcaller("mkdir"),
        "subprocess": Call(subprocess.check_output, (["mkdir", str(canary)],)),
        "import": Call(__import__, ("antigravity",)),
        "numpy.load": Call(np.load, (str(canary), None, True)),
        "numpy within": rows.getvalue(),
        "copyreg": Call(copyreg.add_extension, ("os", "mkdir", 240)),
        "nested": {"J": [({"deep": (Call(os.mkdir, (str(canary),)),)},)]},
        "items": WithState(canary),
        "class": Path(canary),
        "object array": {"J": np.array([os.mkdir], dtype=object)},
        "sparse": {"J": Call(scipy.sparse.load_npz, (str(canary),))},
    }


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("kind", _attacks(Path("canary")))
def test_code_is_refused_and_not_run(tmp_path: Path, kind: str, protocol: int) -> None:
    canary = tmp_path / "canary"
    content = pickle.dumps(_attacks(canary)[kind], protocol)
    with pytest.raises(LikenessError) as error:
        _read(tmp_path / "model.pkl", content)
    assert not canary.exists()
    assert str(error.value).count("model.pkl") == 1
    assert str(error.value).endswith("the model of somewhere.")


@pytest.mark.parametrize(
    "content",
    [
        b"cos\nmkdir\n(S'canary'\ntR.",
        b"(S'canary'\nios\nmkdir\n.",
        b"(cos\nmkdir\nS'canary'\no.",
        b"\x80\x02cbuiltins\neval\n\x8c\x011\x85\x81.",
        b"\x80\x02\x82\xf0.",
        b"Pcanary\n.",
        b"\x80\x04\x8c\x02os\x8c\x05mkdir\x93\x8c\x06canary\x85R.",
        b"cnumpy\nndarray\n}U\x0c__setstate__cos\nmkdir\nsb.",
    ],
    ids=["reduce", "instance", "object", "newobj", "extension", "persistent", "stack", "state"],
)
def test_opcodes_that_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LikenessError, match="holds code"):
        _read(tmp_path / "model.pkl", content)
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no pickle",
        b"\x80\x02]\x94.",
        b"}(" + b"K\x00" + b"\x85" * 300_000 + b"K\x01u.",
        b"}U\x01J" + b"K\x00" + b"\x85" * 300_000 + b"s.",
        b"}r\xff\xff\xff\x7f.",
        b"\x80\x05\x96\xff\xff\xff\xff\xff\xff\xff\x0fabc.",
        b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x0fabc.",
        b"cnumpy\nndarray\n}U\x0b__globals__K\x01sb.",
        b"cnumpy\nndarray\nN}U\x01xK\x01s\x86b.",
        b"}U\x01Jcnumpy.core.multiarray\n_reconstruct\n)R}sb.",
        b"}U\x01Jcchumpy.ch\nCh\n)\x81q\x01}U\x01xh\x01sbs.",
    ],
    ids=[
        *("empty", "text", "list", "nested key", "nested value", "memo", "byte array", "bytes"),
        *("attribute", "slot", "odd state", "chumpy in itself"),
    ],
)
def test_damaged_and_greedy_files(tmp_path: Path, content: bytes) -> None:
    wanted = pytest.raises(LikenessError, match="is damaged or no pickle of arrays")
    if content == b"}r\xff\xff\xff\x7f.":  # a large place in the memo costs nothing
        assert _read(tmp_path / "model.pkl", content) == {}
        return
    with wanted:
        _read(tmp_path / "model.pkl", content)


@pytest.mark.parametrize("protocol", range(5))
def test_python_3_files(tmp_path: Path, protocol: int) -> None:
    matrix = scipy.sparse.csr_matrix(ARRAYS["J_regressor"])
    content = pickle.dumps({**ARRAYS, "J_regressor": matrix, "bs_type": "lrotmin"}, protocol)
    _compare(_read(tmp_path / "model.pkl", content))


def test_python_2_file(tmp_path: Path) -> None:
    path = flame_files.write_flame(tmp_path / "model.pkl", ARRAYS)
    _compare(load_arrays(path, tuple(ARRAYS), "the model of somewhere"))


def _compare(found: dict[str, np.ndarray]) -> None:
    assert set(found) == set(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array)


def test_first_protocol_of_python_2(tmp_path: Path) -> None:
    """The form of the landmark file that lies beside FLAME."""
    content = (
        b"(dp0\nS'J'\np1\ncnumpy.core.multiarray\n_reconstruct\np2\n(cnumpy\nndarray\np3\n(I0\ntp4\nS'b'\np5\ntp6\nRp7\n"
        b"(I1\n(I2\ntp8\ncnumpy\ndtype\np9\n(S'u4'\np10\nI0\nI1\ntp11\nRp12\n(I3\nS'<'\np13\nNNNI-1\nI-1\nI0\ntp14\nb"
        b"I00\nS'\\xa6\\x08\\x00\\x00\\xc0\\t\\x00\\x00'\np15\ntp16\nbs."
    )
    np.testing.assert_array_equal(_read(tmp_path / "model.pkl", content)["J"], [0x8A6, 0x9C0])


def test_chumpy_selection(tmp_path: Path) -> None:
    chosen = flame_files._object(
        b"chumpy.reordering\nSelect",
        a=flame_files._chumpy(np.arange(6.0)),
        idxs=flame_files._array(np.array([4, 1, 0, 5])),
        preferred_shape=b"K\x02K\x02\x86",
    )
    found = _read(tmp_path / "model.pkl", b"\x80\x02}" + flame_files._text("J") + chosen + b"s.")
    np.testing.assert_array_equal(found["J"], [[4, 1], [0, 5]])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"U\x02f8", b"U\x02O8"),
        (b"U\x02f8", b"U\x02S8"),
        (b"U\x02f8", b"U\x02f4"),
        (b"J\x03\x00\x00\x00", b"J\xff\xff\xff\xff"),
        (b"J\x03\x00\x00\x00", b"J\xff\xff\xff\x7f"),
    ],
    ids=["objects", "texts", "narrower", "negative", "huge"],
)
def test_arrays_that_are_none(tmp_path: Path, old: bytes, new: bytes) -> None:
    content = flame_files.write_flame(tmp_path / "model.pkl", ARRAYS).read_bytes()
    with pytest.raises(LikenessError, match="damaged"):
        _read(tmp_path / "model.pkl", content.replace(old, new))


def test_too_large(tmp_path: Path) -> None:
    path = tmp_path / "model.pkl"
    with path.open("wb") as stream:
        stream.truncate(1 << 33)
    with pytest.raises(LikenessError, match="8192 MB"):
        load_arrays(path, ("J",), "smaller")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return flame_files.write_flame(tmp_path_factory.mktemp("pickle") / "model.pkl", ARRAYS).read_bytes()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_of_a_file_is_told_or_harmless(tmp_path: Path, whole: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(whole)), "start")
    gone = data.draw(st.integers(0, 8), "gone")
    put = data.draw(st.binary(max_size=8) | st.sampled_from([b"cos\nmkdir\n", b"ios\nmkdir\n", b"R", b"b", b"\x81"]))
    content = whole[:start] + put + whole[start + gone :]
    _harmless(tmp_path, content[: data.draw(st.integers(0, len(content))) if data.draw(st.booleans()) else None])


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    _harmless(tmp_path, content)


def _harmless(folder: Path, content: bytes) -> None:
    before = set(Path().iterdir())
    try:
        found = _read(folder / "model.pkl", content)
    except LikenessError:
        pass
    else:
        assert all(isinstance(array, np.ndarray) and array.dtype.kind in "fiu" for array in found.values())
    assert set(Path().iterdir()) == before


def test_lists_of_numbers() -> None:
    rows = np.empty(4, dtype=object)
    rows[:] = [[1, 2], [], [np.int64(3), 4], np.array([5, 6])]
    assert [row.tolist() for row in number_lists(pickle.dumps(rows))] == [[1, 2], [], [3, 4], [5, 6]]


OTHERS = np.array([["a"], None], dtype=object), np.array([[[1], [2]]] * 2, dtype=object)


@pytest.mark.parametrize("thing", [np.arange(3), *OTHERS, [[1, 2]], 3])
def test_what_is_no_array_of_lists(thing: Any) -> None:
    with pytest.raises((ValueError, TypeError, AttributeError)):
        number_lists(pickle.dumps(thing))


def test_one_array_and_lists_of_numbers(tmp_path: Path) -> None:
    """Whatever else is asked for, nothing is run either, and a fault of the asker's is one of the file."""
    path = tmp_path / "numbers.pkl"
    for protocol in range(5):
        path.write_bytes(pickle.dumps(ARRAYS["J"], protocol))
        np.testing.assert_array_equal(load_array(path, "numbers of somewhere"), ARRAYS["J"])
        path.write_bytes(pickle.dumps(([0.5, 1], [("a", [2])]), protocol))
        assert load_with(path, lambda content: content, "numbers of somewhere") == ([0.5, 1], [("a", [2])])
        with pytest.raises(LikenessError, match=r"numbers\.pkl is damaged .*: it should be numbers of somewhere\."):
            load_with(path, lambda content: content[7], "numbers of somewhere")
        with pytest.raises(LikenessError, match="it should be numbers of somewhere"):
            load_array(path, "numbers of somewhere")
        path.write_bytes(pickle.dumps([Call(os.mkdir, (str(tmp_path / "canary"),))], protocol))
        for load in (load_array, lambda file, wanted: load_with(file, list, wanted)):
            with pytest.raises(LikenessError, match="holds code"):
                load(path, "numbers of somewhere")
    assert not (tmp_path / "canary").exists()
