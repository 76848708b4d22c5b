"""Picture files made by hand, with what no library writes: PNG chunks on colour, boxes of AVIF and JPEG 2000."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable

import numpy as np
from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SRGB_CHROMATICITIES = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)  # white, red, green, blue


def png_file(pixels: np.ndarray, chunks: Iterable[tuple[bytes, bytes]] = ()) -> bytes:
    """A PNG of (H, W, 3) uint8 or uint16 with chunks between its head and its pixels."""
    height, width = pixels.shape[:2]
    depth = pixels.dtype.itemsize * 8
    rows = pixels.astype(f">u{pixels.dtype.itemsize}").reshape(height, -1)
    stored = b"".join(b"\0" + row.tobytes() for row in rows)
    head = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    parts = [(b"IHDR", head), *chunks, (b"IDAT", zlib.compress(stored)), (b"IEND", b"")]
    return SIGNATURE + b"".join(chunk(name, content) for name, content in parts)


def chunk(name: bytes, content: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def gama(exponent: float) -> tuple[bytes, bytes]:
    """The chunk for a curve of this power."""
    return b"gAMA", struct.pack(">I", round(100_000 / exponent))


def chrm(chromaticities: Iterable[float] = SRGB_CHROMATICITIES) -> tuple[bytes, bytes]:
    """The chunk for these primaries: x and y of white, red, green and blue."""
    return b"cHRM", struct.pack(">8I", *(round(value * 100_000) for value in chromaticities))


def cicp(primaries: int, curve: int, matrix: int = 0, full: int = 1) -> tuple[bytes, bytes]:
    """The chunk for H.273's codes."""
    return b"cICP", bytes((primaries, curve, matrix, full))


def iccp(profile: bytes) -> tuple[bytes, bytes]:
    """The chunk for an ICC profile."""
    return b"iCCP", b"profile\0\0" + zlib.compress(profile)


def avif_file(pixels: np.ndarray, primaries: int, curve: int) -> bytes:
    """An AVIF whose box on colour has these codes."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "AVIF", quality=95, subsampling="4:4:4")
    data = bytearray(file.getvalue())
    place = data.index(b"colrnclx") + 8
    data[place : place + 4] = struct.pack(">HH", primaries, curve)
    return bytes(data)


def bmp_file(pixels: np.ndarray, profile: bytes) -> bytes:
    """A BMP of (H, W, 3) uint8, W a multiple of 4, with a profile behind its pixels."""
    height, width = pixels.shape[:2]
    rows = pixels[::-1, :, ::-1].tobytes()
    basic = struct.pack("<IiiHHIIiiII", 124, width, height, 1, 24, 0, len(rows), 2835, 2835, 0, 0)
    colour = bytes(16) + b"DEBM" + bytes(48) + struct.pack("<4I", 4, 124 + len(rows), len(profile), 0)
    size = 14 + 124 + len(rows) + len(profile)
    return b"BM" + struct.pack("<IHHI", size, 0, 0, 14 + 124) + basic + colour + rows + profile


def jp2_file(pixels: np.ndarray, profile: bytes) -> bytes:
    """A JPEG 2000 whose box on colour holds a profile."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG2000", irreversible=False)
    data = file.getvalue()
    head, colour = data.index(b"jp2h") - 4, data.index(b"colr") - 4
    old = struct.unpack(">I", data[colour : colour + 4])[0]
    box = struct.pack(">I", 11 + len(profile)) + b"colr\x02\0\0" + profile
    whole = struct.unpack(">I", data[head : head + 4])[0] - old + len(box)
    return data[:head] + struct.pack(">I", whole) + data[head + 4 : colour] + box + data[colour + old :]
