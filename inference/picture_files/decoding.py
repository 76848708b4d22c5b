"""An open picture to upright sRGB bytes, strip by strip, so that no more than the file's own numbers lie in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from ...geometry.arrays import Pixels
from . import tiff_layout
from .colour_space import ColourSpace
from .colours import BROKEN_PROFILE, ToSrgb, as_srgb, by_numbers, by_profile, declared_space
from .png_colour import bit_depth
from .refusal import Refusal

FULL_PIXELS = 100_000_000  # a larger picture is halved while it is read
STRIP_PIXELS = 2_000_000
BACKDROP = 128  # sRGB grey behind transparent pixels: biases neither the skin statistics nor the light
DEEP_STEP = 257  # 16-bit levels in a step of 8 bits
# EXIF's Orientation -> quarter turns to the left, and whether the result is mirrored left to right.
TURNS = {1: (0, False), 2: (0, True), 3: (2, False), 4: (2, True), 5: (3, True), 6: (3, False), 7: (1, True),
         8: (1, False)}  # fmt: skip


def srgb_pixels(image: Image.Image, file: BinaryIO) -> tuple[Pixels, list[str]]:
    """The first picture of an open file as (H, W, 3) sRGB as it is stored, and warnings with a place for its name."""
    whole = image.size
    factor = 2 if whole[0] * whole[1] > FULL_PIXELS else 1
    if image.format == "TIFF":
        tiff_layout.mend_layout(image)
    if factor > 1:
        image.draft(None, (whole[0] // factor, whole[1] // factor))  # JPEG decodes no more than that
    space, profile = declared_space(image, file)
    if space is not None and image.format == "PNG" and bit_depth(file) == 16:
        deep = _deep_png(file)  # Pillow keeps 8 bits, too few of light or of a wide range
        strips = ((deep[top:bottom], top) for top, bottom in _strips(whole, factor))
        return _joined(((_deep_pixels(strip, space), top) for strip, top in strips), whole, factor), []
    image.load()
    if image.mode == "F":
        raise Refusal(f"holds floating-point numbers, which are not read: {tiff_layout.ADVICE}.")
    factor = factor if image.size == whole else 1
    to_srgb = by_profile(profile, image.mode) if profile else None if space is None else by_numbers(space)
    invert = tiff_layout.stores_white_as_zero(image)
    strips = (
        (_pixels(image.crop((0, top, image.width, bottom)), invert, to_srgb or as_srgb), top)
        for top, bottom in _strips(image.size, factor)
    )
    return _joined(strips, image.size, factor), [BROKEN_PROFILE] if profile and to_srgb is None else []


def upright(pixels: Pixels, image: Image.Image) -> Pixels:
    """Pixels turned as the EXIF orientation of their picture, which is decoded, says."""
    try:
        turns, mirrored = TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1), (0, False))
    except Exception:  # unreadable EXIF: the pixels are still good as stored
        return pixels
    turned = np.rot90(pixels, turns)
    return np.ascontiguousarray(turned[:, ::-1] if mirrored else turned)


def _strips(size: tuple[int, int], factor: int) -> Iterator[tuple[int, int]]:
    """First and last row of each strip of a picture; all but the last hold a multiple of ``factor`` rows."""
    rows = max(1, STRIP_PIXELS // (size[0] * factor)) * factor
    end = size[1] // factor * factor
    for top in range(0, end, rows):
        yield top, min(top + rows, end)


def _joined(strips: Iterable[tuple[Pixels, int]], size: tuple[int, int], factor: int) -> Pixels:
    """Strips with their first rows, made smaller by a whole factor and put under one another."""
    width, height = (length // factor for length in size)
    pixels = np.empty((height, width, 3), np.uint8)
    for strip, top in strips:
        target = pixels[top // factor : (top + len(strip)) // factor]
        target[:] = cv2.resize(strip[:, : width * factor], target.shape[1::-1], interpolation=cv2.INTER_AREA)
    return pixels


def _pixels(strip: Image.Image, invert: bool, to_srgb: ToSrgb) -> Pixels:
    """A strip of any of Pillow's modes -> (h, W, 3) sRGB, transparent parts grey; ``invert`` is for 16-bit grey."""
    if strip.mode.startswith("I"):
        grey = np.clip(np.asarray(strip) / DEEP_STEP, 0, 255).round().astype(np.uint8)
        strip = Image.fromarray(255 - grey if invert else grey)
    if strip.mode in ("P", "PA", "La", "RGBa") or "transparency" in strip.info:
        strip = strip.convert("RGBA")
    alpha = strip.getchannel("A") if "A" in strip.getbands() and strip.mode != "LAB" else None
    if strip.mode in ("RGBA", "LA"):
        strip = strip.convert("RGB" if strip.mode == "RGBA" else "L")
    strip = to_srgb(strip)
    if alpha is not None:
        strip = Image.composite(strip, Image.new("RGB", strip.size, (BACKDROP,) * 3), alpha)
    return np.asarray(strip)


def _deep_png(file: BinaryIO) -> NDArray[np.uint16]:
    """(H, W[, C]) 16-bit grey, BGR or BGRA."""
    file.seek(0)
    deep = cv2.imdecode(np.frombuffer(file.read(), np.uint8), cv2.IMREAD_UNCHANGED)
    if deep is None or deep.dtype != np.uint16:
        raise OSError("its 16-bit pixels cannot be decoded")
    return np.asarray(deep, np.uint16)


def _deep_pixels(strip: NDArray[np.uint16], space: ColourSpace) -> Pixels:
    """(h, W[, C]) 16-bit grey, BGR or BGRA -> (h, W, 3) sRGB, transparent parts grey."""
    if strip.ndim == 2:
        strip = np.stack([strip] * 3, axis=-1)
    pixels = space.to_srgb(strip[..., 2::-1])
    if strip.shape[2] == 3:
        return pixels
    alpha = strip[..., 3:].astype(np.float32) / np.iinfo(np.uint16).max
    return np.round(pixels * alpha + BACKDROP * (1 - alpha)).astype(np.uint8)
