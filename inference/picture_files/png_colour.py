"""The colours that a PNG file declares in chunks of its own: cICP, sRGB, gAMA and cHRM (PNG, third edition, 4.3)."""

from __future__ import annotations

import struct
from typing import BinaryIO

import numpy as np

from .colour_space import SRGB_PRIMARIES, ColourSpace, coded, gamma, xyz_of

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHUNK_SIZES = {b"cICP": 4, b"sRGB": 1, b"gAMA": 4, b"cHRM": 32}
GAMMA_RANGE = (0.2, 5.0)  # exponents outside are a mistake in the file


def png_colours(file: BinaryIO) -> tuple[ColourSpace | None, ColourSpace | None]:
    """What a PNG says of its colours: what goes before an ICC profile, and what counts without one."""
    chunks = _chunks(file)
    first = None
    if b"cICP" in chunks:
        primaries, curve, matrix, full_range = chunks[b"cICP"]
        first = coded(primaries, curve, bool(full_range)) if matrix == 0 else None
    return first, None if b"sRGB" in chunks else _measured(chunks)


def bit_depth(file: BinaryIO) -> int:
    """Bits per channel."""
    file.seek(len(SIGNATURE) + 16)
    return file.read(1)[0]


def _measured(chunks: dict[bytes, bytes]) -> ColourSpace | None:
    """The colour space of cHRM and gAMA; None without them, or where their numbers make no sense."""
    if not chunks.keys() & {b"gAMA", b"cHRM"}:
        return None
    primaries, curve = SRGB_PRIMARIES, ColourSpace().curve
    if b"gAMA" in chunks:
        exponent = 100_000 / max(struct.unpack(">I", chunks[b"gAMA"])[0], 1)
        if not GAMMA_RANGE[0] <= exponent <= GAMMA_RANGE[1]:
            return None
        curve = gamma(exponent)
    if b"cHRM" in chunks:
        white, red, green, blue = np.array(struct.unpack(">8i", chunks[b"cHRM"])).reshape(4, 2) / 100_000
        try:
            xyz = xyz_of(tuple((float(x), float(y)) for x, y in (red, green, blue, white)))
        except np.linalg.LinAlgError:
            return None
        if not np.isfinite(xyz).all() or (xyz.sum(axis=0) <= 0).any():
            return None
        primaries = tuple((float(x), float(y)) for x, y in (red, green, blue, white))
    return ColourSpace(primaries, curve)


def _chunks(file: BinaryIO) -> dict[bytes, bytes]:
    """The chunks on colour, which stand before the pixels; of several of a kind the first."""
    found: dict[bytes, bytes] = {}
    file.seek(len(SIGNATURE))
    while len(head := file.read(8)) == 8:
        size, name = struct.unpack(">I4s", head)
        if name in (b"IDAT", b"IEND"):
            break
        if CHUNK_SIZES.get(name) == size:
            found.setdefault(name, file.read(size))
            file.seek(4, 1)
        else:
            file.seek(size + 4, 1)
    return found
