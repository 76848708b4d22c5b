"""The colours that AVIF, HEIC and JPEG 2000 files declare in a ``colr`` box (ISO/IEC 14496-12, 15444-1)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from .colour_space import ColourSpace, coded

# The boxes on the way to it; "meta" begins with four bytes of its own.
PATHS = ((b"meta", b"iprp", b"ipco"), (b"jp2h",))
OWN_BYTES = {b"meta": 4}
JP2_PROFILES = (2, 3)  # methods of JPEG 2000 that stand before an ICC profile
LARGEST_PROFILE = 1 << 24  # bytes


def box_colours(file: BinaryIO) -> tuple[ColourSpace | None, bytes]:
    """What a file of boxes says of its colours: by H.273's codes, and by an ICC profile; None and nothing without."""
    space, profile = None, b""
    for path in PATHS:
        for start, size in _descend(file, 0, _length(file), path):
            file.seek(start)
            content = file.read(min(size, LARGEST_PROFILE))
            if content[:4] == b"nclx" and len(content) >= 11:
                primaries, curve = struct.unpack(">HH", content[4:8])
                # The decoder has brought the numbers to the full range.
                space = space or coded(primaries, curve)
            elif content[:4] in (b"prof", b"rICC"):
                profile = profile or content[4:]
            elif path == (b"jp2h",) and content[:1] and content[0] in JP2_PROFILES:
                profile = profile or content[3:]
    return space, profile


def _descend(file: BinaryIO, start: int, end: int, path: tuple[bytes, ...]) -> Iterator[tuple[int, int]]:
    """Places and sizes of the contents of the ``colr`` boxes at the end of a path."""
    wanted = path[0] if path else b"colr"
    for name, inside, size in _boxes(file, start, end):
        if name == wanted:
            inside, size = inside + OWN_BYTES.get(name, 0), size - OWN_BYTES.get(name, 0)
            if path:
                yield from _descend(file, inside, inside + size, path[1:])
            else:
                yield inside, size


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, place and size of the contents of the boxes in a range of a file."""
    while start + 8 <= end:
        file.seek(start)
        size, name = struct.unpack(">I4s", file.read(8))
        head = 8
        if size == 1:
            size, head = struct.unpack(">Q", file.read(8).rjust(8, b"\0"))[0], 16
        size = size or end - start
        if size < head or start + size > end:
            return
        yield name, start + head, size - head
        start += size


def _length(file: BinaryIO) -> int:
    return file.seek(0, 2)
