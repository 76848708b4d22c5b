"""A small reader of MATLAB files of format 5: numeric arrays by name, of files that nobody vouches for.

It allocates what a header asks for only after the size is checked against the caller's and the file's, so a damaged or
forged file costs no memory and runs nothing. Format: "MAT-File Format", MathWorks, chapter 1.
"""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from ....errors import LikenessError

HEADER = 128
MATRIX, COMPRESSED = 14, 15  # element types
STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}  # element types
CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
COMPLEX = 0x0800  # of the array flags
MOST_VARIABLES, LONGEST_NAME = 1000, 256
CHUNK = 1 << 16
LARGEST = 1 << 29  # bytes: twice the largest array of a face model
# What else people save under such a name, by how it begins.
OTHERS = {
    b"\x89HDF": "an HDF5 file",
    b"PK\x03\x04": "a zip archive: unpack it first",
    b"\x1f\x8b": "a gzip archive: unpack it first",
    b"<": "a web page: the download did not give the file itself",
    b"\x80": "a Python pickle",
    b"\x4f\x00\x00\x00": "an expression basis like Exp_Pca.bin",
}


class _DamageError(Exception):
    """Why a file cannot be read, as the end of a sentence."""


@dataclass(frozen=True)
class Variable:
    """An array in a file: what its header says."""

    name: str
    shape: tuple[int, ...]
    numeric: bool  # real and not sparse: `read` can read it
    offset: int  # of the element's content in the file
    size: int  # bytes of the content in the file
    compressed: bool
    order: str  # "<" or ">"


def variables(path: Path) -> dict[str, Variable]:
    """The variables of a file by name. Raises `LikenessError`: it is missing, damaged or no MATLAB file of format 5."""
    try:
        with path.open("rb") as stream:
            return _listed(stream, path.stat().st_size)
    except OSError as error:
        raise LikenessError(f"{path} cannot be read: {error.strerror or error}.") from None
    except _DamageError as error:
        raise LikenessError(f"{path} is not a readable MATLAB file: {error}.") from None


def read(path: Path, variable: Variable) -> NDArray[np.number]:
    """The values of one of the ``variables``. Raises `LikenessError`: not numbers, damaged, or not all there."""
    try:
        with path.open("rb") as stream:
            return _values(_Content(stream, variable), variable)
    except OSError as error:
        raise LikenessError(f"{path} cannot be read: {error.strerror or error}.") from None
    except _DamageError as error:
        raise LikenessError(f"{path} is damaged: of {variable.name}, {error}.") from None


class _Content:
    """The content of one element, unpacked where it is compressed, never more than asked for."""

    def __init__(self, stream: IO[bytes], variable: Variable) -> None:
        stream.seek(variable.offset)
        self.order = variable.order
        self._stream, self._left = stream, variable.size
        self._unpacker = zlib.decompressobj() if variable.compressed else None
        if self._unpacker and self.tag()[0] != MATRIX:
            raise _DamageError("an array is not one")

    def take(self, count: int) -> bytes:
        """The next bytes."""
        data = self._read(count) if self._unpacker is None else self._unpack(self._unpacker, count)
        if len(data) != count:
            raise _DamageError("the end is missing")
        return data

    def tag(self) -> tuple[int, int]:
        """Type and number of bytes of an element that is not short."""
        kind, size = struct.unpack(self.order + "II", self.take(8))
        return kind, size

    def element(self, most: int) -> tuple[int, bytes]:
        """Type and data of the next element, which may have ``most`` bytes."""
        first = self.take(4)
        (kind,) = struct.unpack(self.order + "I", first)
        if kind >> 16:  # up to four bytes fit into the tag itself
            kind, size = kind & 0xFFFF, kind >> 16
            if size > 4:
                raise _DamageError("a header is damaged")
            return kind, self.take(4)[:size]
        (size,) = struct.unpack(self.order + "I", self.take(4))
        if size > most:
            raise _DamageError("a header asks for too much")
        data = self.take(size)
        self._read(-size % 8) if self._unpacker is None else self._unpack(self._unpacker, -size % 8)
        return kind, data

    def finish(self) -> None:
        """Let the checksum of a compressed element be compared, which comes after its last byte."""
        if self._unpacker and not self._unpacker.eof:
            self._unpack(self._unpacker, CHUNK)
            if not self._unpacker.eof:
                raise _DamageError("the end is missing")

    def _read(self, count: int) -> bytes:
        data = self._stream.read(min(count, self._left))
        self._left -= len(data)
        return data

    def _unpack(self, unpacker: zlib._Decompress, count: int) -> bytes:
        parts, wanted = [], count
        while wanted > 0 and not unpacker.eof:
            source = unpacker.unconsumed_tail or self._read(CHUNK)
            try:
                part = unpacker.decompress(source, wanted)
            except zlib.error:
                raise _DamageError("the compressed data is damaged") from None
            if not part and not source:
                break
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)


def _listed(stream: IO[bytes], file_size: int) -> dict[str, Variable]:
    order = _byte_order(stream.read(HEADER))
    found: dict[str, Variable] = {}
    offset = HEADER
    while offset + 8 <= file_size and len(found) < MOST_VARIABLES:
        stream.seek(offset)
        kind, size = struct.unpack(order + "II", stream.read(8))
        if kind not in (MATRIX, COMPRESSED):
            raise _DamageError("an element's header is damaged")
        if offset + 8 + size > file_size:
            raise _DamageError("its end is missing")
        raw = Variable("", (), False, offset + 8, size, kind == COMPRESSED, order)
        name, shape, numeric = _head(_Content(stream, raw))
        found[name] = Variable(name, shape, numeric, raw.offset, raw.size, raw.compressed, order)
        offset += 8 + size
    return found


def _byte_order(header: bytes) -> str:
    if header.startswith(b"MATLAB 7.3"):
        raise _DamageError("it is of format 7.3 (HDF5): save it in MATLAB with the option -v7")
    for start, meaning in OTHERS.items():
        if header.startswith(start):
            raise _DamageError(f"it is {meaning}")
    order = {b"IM": "<", b"MI": ">"}.get(header[126:128])
    if order is None or header[125 if order == "<" else 124] != 1:
        raise _DamageError("it does not begin like one of format 5")
    return order


def _head(content: _Content) -> tuple[str, tuple[int, ...], bool]:
    """Name, shape and whether a plain numeric array follows."""
    kind, flags = content.element(8)
    if kind != 6 or len(flags) != 8:
        raise _DamageError("an array's header is damaged")
    (flag,) = struct.unpack(content.order + "I", flags[:4])
    kind, sizes = content.element(64)
    if kind != 5 or len(sizes) % 4:
        if flag & 0xFF == 17:  # MATLAB's own objects come without
            return "", (), False
        raise _DamageError("an array's header is damaged")
    shape = struct.unpack(f"{content.order}{len(sizes) // 4}i", sizes)
    name = content.element(LONGEST_NAME)[1].decode("ascii", errors="replace")
    return name, shape, flag & 0xFF in CLASSES and not flag & COMPLEX and min(shape, default=0) >= 0


def _values(content: _Content, variable: Variable) -> NDArray[np.number]:
    if not variable.numeric:
        raise _DamageError("the values are not plain numbers")
    if _head(content)[1] != variable.shape:
        raise _DamageError("the header changed while reading")
    count = math.prod(variable.shape)
    kind, data = content.element(min(count * 8, LARGEST))
    stored = STORED.get(kind)
    if stored is None or count * np.dtype(stored).itemsize != len(data):
        raise _DamageError("there are not as many values as its header says")
    content.finish()
    return np.frombuffer(data, np.dtype(content.order + stored)).reshape(variable.shape, order="F")
