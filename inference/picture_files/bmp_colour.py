"""The ICC profile in a BMP file (Windows, ``BITMAPV5HEADER``).

The endpoints that such a header may name instead are left alone: writers do not agree on what they mean.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

HEADER, SIZE = 14, 124  # where it begins, and how long it is with a profile
KIND, PROFILE = 56, 112  # places in the header
EMBEDDED = b"DEBM"
LARGEST_PROFILE = 1 << 24  # bytes


def bmp_profile(file: BinaryIO) -> bytes:
    """The profile; nothing where there is none."""
    file.seek(HEADER)
    header = file.read(SIZE)
    if len(header) < SIZE or header[:4] != struct.pack("<I", SIZE) or header[KIND : KIND + 4] != EMBEDDED:
        return b""
    place, length = struct.unpack_from("<2I", header, PROFILE)
    file.seek(HEADER + place)
    return file.read(min(length, LARGEST_PROFILE))
