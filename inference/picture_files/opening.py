"""Opening a picture file with the formats that are photos, or one plain sentence on why it is none."""

from __future__ import annotations

import importlib
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from ...errors import LikenessError
from ...result.photo_formats import PHOTO_FORMATS
from . import tiff_layout

MAX_PIXELS = 250_000_000
MAX_STREAM_BYTES = 1 << 30  # of what is no file on a disk and has to be kept in memory: a pipe
HEAD_BYTES = 256  # that tell the kind of file; in one of boxes its brands are among them
HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
AVIF_BRANDS = (b"avif", b"avis")
TIFF_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
HEIF_DECODERS = ("pi_heif", "pillow_heif")


@contextmanager
def opened_file(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a photo, which may be a pipe. Raises `LikenessError`."""
    try:
        if path.is_dir():
            raise LikenessError(f"'{path}' is a folder, not a photo.")
        file = path.open("rb")
    except FileNotFoundError:
        raise LikenessError(f"There is no photo at '{path}'.") from None
    except (OSError, ValueError) as problem:  # a name too long, no permission, a zero byte in the path
        raise _cannot_be_opened(path, problem) from None
    with file:
        yield _seekable(path, file)


def open_picture(path: Path, file: BinaryIO) -> Image.Image:
    """The photo in an open file, nothing of it decoded yet; `LikenessError`, and Pillow's errors on broken files."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if _brands(head) & set(HEIF_BRANDS):
        _enable_heif()
    Image.init()
    file.seek(0)
    try:
        image = Image.open(file, formats=[name for name in PHOTO_FORMATS if name in Image.OPEN])
        if image.format == "TIFF":
            tiff_layout.choose_page(image)
    except UnidentifiedImageError:
        raise LikenessError(_not_a_picture(path, head)) from None
    pixels = image.width * image.height
    if pixels > MAX_PIXELS:
        limit = MAX_PIXELS // 10**6
        raise LikenessError(f"'{path}' has {pixels / 1e6:.0f} megapixels; photos up to {limit} megapixels are read.")
    return image


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """No limit and no warnings of Pillow's own: the limit here is ours, and comes before anything is decoded."""
    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def _seekable(path: Path, file: BinaryIO) -> BinaryIO:
    """The file, or a copy in memory of what is none and can be read once only."""
    try:
        if not file.seekable():
            data = file.read(MAX_STREAM_BYTES + 1)
            if len(data) > MAX_STREAM_BYTES:
                raise LikenessError(f"'{path}' is too large: save it as a file of its own.")
            file = io.BytesIO(data)
        if not file.read(1):
            raise LikenessError(f"The photo '{path}' is an empty file.")
    except OSError as problem:
        raise _cannot_be_opened(path, problem) from None
    return file


def _cannot_be_opened(path: Path, problem: Exception) -> LikenessError:
    reason = getattr(problem, "strerror", None) or problem
    return LikenessError(f"The photo '{path}' cannot be opened ({reason}).")


def _brands(head: bytes) -> set[bytes]:
    """The kinds of picture that a file of boxes names in its first box; none for other files."""
    if head[4:8] != b"ftyp":
        return set()
    size = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[8:12], *(head[place : place + 4] for place in range(16, size, 4))}


def _enable_heif() -> None:
    """HEIC needs a decoder of its own; use the one there is."""
    for name in HEIF_DECODERS:
        with suppress(ImportError):
            importlib.import_module(name).register_heif_opener()
            return


def _not_a_picture(path: Path, head: bytes) -> str:
    brands = _brands(head)
    if brands & set(AVIF_BRANDS):
        return f"'{path}' is an AVIF photo and no decoder is installed: convert it to JPEG or PNG first."
    if brands & set(HEIF_BRANDS):
        return f"'{path}' is a HEIC photo and no decoder is installed: convert it to JPEG or PNG first."
    if head[:4] in TIFF_SIGNATURES:
        return f"'{path}' is a TIFF of a kind that is not read: {tiff_layout.ADVICE}."
    return f"'{path}' is not a picture in a known format: use JPEG, PNG, TIFF or WebP."
