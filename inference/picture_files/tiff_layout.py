"""Which page of a TIFF file is the photo, and whether its numbers are laid out as Pillow reads them.

Pillow reads some layouts without complaint and wrongly: what it is not known to read right is refused or mended here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PIL import Image

from .refusal import Refusal

SUBFILE, OLD_SUBFILE, BITS, COMPRESSION, PHOTOMETRIC, PLANES, SAMPLE_FORMAT = 254, 255, 258, 259, 262, 284, 339
DNG_VERSION, RAW_PIXELS = 50706, (32803, 34892)  # of digital negatives; their colours straight from the sensor
SMALLER_OR_MASK = 1 | 4  # bits of SUBFILE: a smaller copy of another page, and a mask
OLD_SMALLER = 2  # value of OLD_SUBFILE
WHITE_IS_ZERO, SEPARATE, UNCOMPRESSED, UNSIGNED, FLOATING = 0, 2, 1, 1, 3
READ_BITS = (1, 2, 4, 8, 16)
MOST_PAGES = 64  # that are looked through for the photo
ADVICE = "save the photo as JPEG or PNG, with 8 or 16 bits per colour"


def choose_page(image: Image.Image) -> None:
    """Seek to the first page that is no smaller copy of another one and no mask. Raises `Refusal` if there is none."""
    for page in range(MOST_PAGES):
        try:
            image.seek(page)
        except EOFError:
            break
        tags = _tags(image)
        raw = tags.get(PHOTOMETRIC) in RAW_PIXELS
        if not raw and not tags.get(SUBFILE, 0) & SMALLER_OR_MASK and tags.get(OLD_SUBFILE) != OLD_SMALLER:
            return
    raise Refusal(f"is a camera's raw file, or holds nothing but previews: {ADVICE}.")


def mend_layout(image: Image.Image) -> None:
    """Have the chosen page read right. Raises `Refusal` where it would not be."""
    tags = _tags(image)
    bits, formats = _numbers(tags.get(BITS, 1)), _numbers(tags.get(SAMPLE_FORMAT, UNSIGNED))
    if FLOATING in formats:
        raise Refusal(f"holds floating-point numbers, which are not read: {ADVICE}.")
    if set(formats) != {UNSIGNED} or len(set(bits)) != 1 or bits[0] not in READ_BITS:
        raise Refusal(f"holds numbers of a kind that is not read: {ADVICE}.")
    if bits[0] == 16 and tags.get(PLANES) == SEPARATE and tags.get(COMPRESSION, UNCOMPRESSED) == UNCOMPRESSED:
        order = "B" if image.tag_v2.prefix.startswith(b"MM") else "L"  # type: ignore[attr-defined]
        image.tile = [_deep(tile, order) for tile in image.tile]  # type: ignore[attr-defined]


def stores_white_as_zero(image: Image.Image) -> bool:
    """Whether 16-bit grey is to be turned round, which Pillow does with 8 bits only."""
    return _tags(image).get(PHOTOMETRIC) == WHITE_IS_ZERO


def _deep(tile: Any, order: str) -> Any:
    """A plane's piece, which Pillow would take for one of 8 bits."""
    codec, extents, offset, (plane, *others) = tile
    return getattr(type(tile), "_make", tuple)((codec, extents, offset, (f"{plane};16{order}", *others)))


def _tags(image: Image.Image) -> Mapping[int, Any]:
    return getattr(image, "tag_v2", {})


def _numbers(value: Any) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, tuple) else (value,)
