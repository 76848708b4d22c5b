"""The arrays of a pickle file, read without running anything that stands in it.

A pickle is a program that may call any function. Here its objects are only noted down: a name from a short list, what
it would be called with and its state. Arrays are then made from those notes by this module, and the rest is forgotten.
"""

from __future__ import annotations

import io
import math
import pickle
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import LikenessError

LARGEST_FILE = 1 << 29  # bytes; FLAME's are a tenth of that
LARGEST_DENSE = 1 << 27  # numbers in a sparse matrix when it is written out
DEEPEST = 4  # nodes of chumpy within each other
_PLACES = ("indices", "indptr")
NUMBERS = re.compile(r"[fiu][1248]")

# Modules under the names that they had when such files were written, and have now.
_ARRAY_MODULES = ("numpy.core.multiarray", "numpy._core.multiarray")
_KINDS: dict[tuple[str, str], str] = {
    **{(module, "_reconstruct"): "array" for module in _ARRAY_MODULES},
    **{(module, "scalar"): "scalar" for module in _ARRAY_MODULES},
    ("numpy", "ndarray"): "type",
    ("numpy", "dtype"): "dtype",
    ("_codecs", "encode"): "bytes",
    **{(f"scipy.sparse.{module}", f"{kind}_matrix"): kind for kind in ("csc", "csr") for module in (kind, f"_{kind}")},
    ("chumpy.ch", "Ch"): "chumpy",
    ("chumpy.reordering", "Select"): "chumpy selection",
    **{(module, name): "other" for module in ("__builtin__", "builtins") for name in ("set", "frozenset")},
    ("collections", "OrderedDict"): "other",
    **{(module, "object"): "type" for module in ("__builtin__", "builtins")},
    **{(module, "_reconstructor"): "object" for module in ("copy_reg", "copyreg")},
}
_PLAIN = (
    pickle.PROTO + pickle.FRAME + pickle.STOP + pickle.POP + pickle.POP_MARK + pickle.MARK
    + pickle.NONE + pickle.NEWTRUE + pickle.NEWFALSE + pickle.INT + pickle.BININT + pickle.BININT1 + pickle.BININT2
    + pickle.LONG + pickle.LONG1 + pickle.LONG4 + pickle.FLOAT + pickle.BINFLOAT
    + pickle.STRING + pickle.BINSTRING + pickle.SHORT_BINSTRING
    + pickle.UNICODE + pickle.BINUNICODE + pickle.SHORT_BINUNICODE + pickle.BINUNICODE8
    + pickle.BINBYTES + pickle.SHORT_BINBYTES + pickle.BINBYTES8
    + pickle.EMPTY_TUPLE + pickle.TUPLE + pickle.TUPLE1 + pickle.TUPLE2 + pickle.TUPLE3
    + pickle.EMPTY_LIST + pickle.LIST + pickle.APPEND + pickle.APPENDS + pickle.EMPTY_DICT
    + pickle.GLOBAL + pickle.STACK_GLOBAL + pickle.GET + pickle.BINGET + pickle.LONG_BINGET
    + pickle.PUT + pickle.BINPUT + pickle.LONG_BINPUT + pickle.MEMOIZE
)  # fmt: skip
_CALLS = (
    pickle.INST + pickle.OBJ + pickle.NEWOBJ_EX + pickle.EXT1 + pickle.EXT2 + pickle.EXT4
    + pickle.PERSID + pickle.BINPERSID
)  # fmt: skip
_INTERPRETER: Any = pickle._Unpickler  # pyright: ignore[reportAttributeAccessIssue]


class _HoldsCodeError(Exception):
    """The file names something that is not on the list."""


@dataclass(frozen=True, eq=False)
class _Name:
    """A name from the list."""

    kind: str


@dataclass(eq=False)
class _Note:
    """An object that was not made."""

    kind: str
    arguments: tuple[Any, ...]
    state: Any = None


def load_arrays(path: Path, names: Collection[str], wanted: str) -> dict[str, NDArray[Any]]:
    """The arrays of those ``names`` that are in the dictionary of a pickle file; sparse matrices written out.

    Args:
        path: a file of Python 2 or 3, protocols 0 to 4.
        names: keys; others are not looked at.
        wanted: what the file should be and who gives it, as it ends the sentence of an error.

    Raises:
        LikenessError: the file cannot be read, is no such pickle, or holds code; nothing of it has run.
    """

    def chosen(notes: Any) -> dict[str, NDArray[Any]]:
        if not isinstance(notes, dict):
            raise ValueError("no dictionary")
        return {name: _array(notes[name]) for name in names if name in notes}

    return load_with(path, chosen, wanted)


def load_array(path: Path, wanted: str) -> NDArray[Any]:
    """The one array that a pickle file holds; else as `load_arrays`."""
    return load_with(path, _array, wanted)


def load_with(path: Path, make: Callable[[Any], Any], wanted: str) -> Any:
    """What ``make`` makes of the lists, tuples, numbers and words of a pickle file; else as `load_arrays`.

    Whatever ``make`` raises means that the file is not what it should be. A small file may name one list many times:
    ``make`` must look at lengths before it writes anything out.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise LikenessError(f"{path} is {size >> 20} MB large, more than any model: it should be {wanted}.")
        content = path.read_bytes()
    except OSError as error:
        raise LikenessError(f"{path} cannot be read: {error.strerror or error}.") from error
    try:
        return make(_PickleReader(io.BytesIO(content), encoding="latin1").load())
    except _HoldsCodeError as error:
        raise LikenessError(f"{path} holds code ({error}), of which nothing was run: it should be {wanted}.") from None
    except Exception as error:  # whatever a damaged file leads to
        raise LikenessError(f"{path} is damaged or no pickle of arrays: it should be {wanted}.") from error


def number_lists(content: bytes) -> list[NDArray[Any]]:
    """The lists of numbers of a pickled array of lists, as NumPy writes one whose rows differ in length.

    Raises some error where the bytes are anything else; nothing of them has run.
    """
    _, shape, dtype, _, rows = _PickleReader(io.BytesIO(content), encoding="latin1").load().state
    if dtype.kind != "dtype" or dtype.arguments[0] != "O8" or len(_shape(shape)) != 1 or len(rows) != shape[0]:
        raise ValueError("no array of lists")
    return [_list(row) for row in rows]


def _list(row: Any) -> NDArray[Any]:
    if isinstance(row, _Note):
        return _array(row).ravel()
    numbers = [number if type(number) in (int, float) else _array(number).item() for number in row]
    return np.array(numbers)


class _PickleReader(_INTERPRETER):
    """The interpreter in Python, for its table of opcodes: what is not in the table cannot happen.

    The one in C also lets a small file ask for gigabytes (the memo's and byte arrays' sizes are taken on trust).
    """

    def find_class(self, module: str, name: str) -> _Name:
        kind = _KINDS.get((module, name))
        if kind is None:
            raise _HoldsCodeError(ascii(f"{module}.{name}")[1:60].rstrip("'\""))
        return _Name(kind)

    def _note(self) -> None:
        arguments, name = self.stack.pop(), self.stack.pop()
        if not isinstance(name, _Name) or not isinstance(arguments, tuple):
            raise ValueError("a call of something else than a name")
        if name.kind == "object":
            name, arguments = arguments[0], ()
        self.append(_Note(name.kind, arguments))

    def _state(self) -> None:
        state, note = self.stack.pop(), self.stack[-1]
        if not isinstance(note, _Note) or note.state is not None:
            raise ValueError("a state of something else than an object")
        note.state = state

    def _fill(self, target: Any, items: list[Any]) -> None:
        # Only keys that cost nothing to hash: a nest of a million tuples would end the process.
        if type(target) is not dict or any(type(key) not in (str, int) for key in items[::2]):
            raise ValueError("a key of an unusual kind")
        target.update(zip(items[::2], items[1::2], strict=True))

    def _item(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self._fill(self.stack[-1], [key, value])

    def _items(self) -> None:
        items = self.pop_mark()
        self._fill(self.stack[-1], items)

    def _dictionary(self) -> None:
        items = self.pop_mark()
        self.append({})
        self._fill(self.stack[-1], items)

    def _refuse(self) -> None:
        raise _HoldsCodeError("an object of a class")


_PickleReader.dispatch = {
    **{code: _INTERPRETER.dispatch[code] for code in _PLAIN},
    **dict.fromkeys(_CALLS, _PickleReader._refuse),
    pickle.REDUCE[0]: _PickleReader._note,
    pickle.NEWOBJ[0]: _PickleReader._note,
    pickle.BUILD[0]: _PickleReader._state,
    pickle.SETITEM[0]: _PickleReader._item,
    pickle.SETITEMS[0]: _PickleReader._items,
    pickle.DICT[0]: _PickleReader._dictionary,
}


def _array(note: Any, depth: int = 0) -> NDArray[Any]:
    """The array that a note stands for. Raises some error where it stands for none."""
    if not isinstance(note, _Note) or depth > DEEPEST:
        raise ValueError("no array")
    if note.kind == "array":
        _, shape, dtype, by_columns, raw = note.state
        return _from_bytes(shape, dtype, by_columns, raw)
    if note.kind == "scalar":
        return _from_bytes((), *_scalar(note))
    if note.kind in ("csc", "csr"):
        return _written_out(note, depth)
    if note.kind == "chumpy":
        return _array(note.state["x"], depth + 1)
    if note.kind == "chumpy selection":
        chosen = _array(note.state["a"], depth + 1).ravel()[_array(note.state["idxs"], depth + 1)]
        return chosen.reshape(_shape(note.state["preferred_shape"]))
    raise ValueError(f"{note.kind} is no array")


def _scalar(note: _Note) -> tuple[Any, bool, Any]:
    dtype, raw = note.arguments
    return dtype, False, raw


def _from_bytes(shape: Any, dtype: Any, by_columns: Any, raw: Any) -> NDArray[Any]:
    numbers = _number_type(dtype)
    if isinstance(raw, _Note) and raw.kind == "bytes" and raw.arguments[1:] == ("latin1",):
        raw = raw.arguments[0]
    content = raw.encode("latin1") if isinstance(raw, str) else raw
    shape = _shape(shape)
    if type(content) is not bytes or math.prod(shape) * numbers.itemsize != len(content):
        raise ValueError("an array of another size than its shape says")
    return np.frombuffer(content, numbers).reshape(shape, order="F" if by_columns else "C")


def _shape(shape: Any) -> tuple[int, ...]:
    if type(shape) is not tuple or len(shape) > 4 or any(type(n) is not int or n < 0 for n in shape):
        raise ValueError("no shape")
    return shape


def _number_type(note: Any) -> np.dtype[Any]:
    """A plain number's type; objects, texts and records are refused."""
    code, order = note.arguments[0], note.state[1]
    if note.kind != "dtype" or not NUMBERS.fullmatch(code) or order not in ("<", ">", "|", "="):
        raise ValueError("no array of numbers")
    return np.dtype(code).newbyteorder(order)


def _written_out(note: _Note, depth: int) -> NDArray[Any]:
    """A compressed sparse matrix as a dense one; entries at one place add up."""
    data = _array(note.state["data"], depth + 1)
    indices, starts = (_array(note.state[key], depth + 1).astype(np.int64, casting="safe") for key in _PLACES)
    shape = _shape(note.state["_shape"] if "_shape" in note.state else note.state["shape"])
    major, minor = shape if note.kind == "csr" else shape[::-1]
    if math.prod(shape) > LARGEST_DENSE or starts.shape != (major + 1,) or data.shape != indices.shape:
        raise ValueError("a sparse matrix of another size than its shape says")
    counts = np.diff(starts)
    inside = (indices >= 0) & (indices < minor)
    if starts[0] != 0 or starts[-1] != len(data) or (counts < 0).any() or not inside.all():
        raise ValueError("a sparse matrix with places outside")
    dense = np.zeros((major, minor))
    np.add.at(dense, (np.repeat(np.arange(major), counts), indices), data)
    return dense if note.kind == "csr" else dense.T
