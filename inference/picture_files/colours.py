"""From the numbers in a file to sRGB bytes, by whatever the file says of its colours."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image, ImageCms

from .bmp_colour import bmp_profile
from .box_colour import box_colours
from .colour_space import ADOBE_RGB, ColourSpace
from .png_colour import png_colours

ToSrgb = Callable[[Image.Image], Image.Image]  # without transparency -> RGB

BROKEN_PROFILE = "The colour profile of '{}' cannot be used: its colours are taken for sRGB."
UNCALIBRATED, ADOBE_BY_HABIT = 0xFFFF, 2  # EXIF's ColorSpace; the latter is in no standard
ADOBE_INDEX = "R03"  # EXIF's InteroperabilityIndex of the "optional colour space" (DCF 2.0)
PROFILE_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}  # colour space of a profile -> Pillow's mode


def declared_space(image: Image.Image, file: BinaryIO) -> tuple[ColourSpace | None, bytes]:
    """The colour space that counts, unless it is sRGB, or else an ICC profile; None and nothing for sRGB."""
    profile = image.info.get("icc_profile") or b""
    first, last = None, None
    if image.format == "PNG":
        first, last = png_colours(file)
    elif image.format in ("AVIF", "HEIF", "JPEG2000"):
        last, boxed = box_colours(file)
        profile = profile or boxed
    elif image.format == "BMP":
        profile = bmp_profile(file)
    if profile and first is None:
        return None, profile
    space = first or last or _exif_space(image)
    return (None if space is None or space.is_srgb else space), b""


def as_srgb(image: Image.Image) -> Image.Image:
    """Numbers that are sRGB's already, of any mode."""
    return image.convert("RGB")


def by_numbers(space: ColourSpace) -> ToSrgb:
    """The way from a declared colour space."""
    return lambda image: Image.fromarray(space.to_srgb(np.asarray(image.convert("RGB"))))


def by_profile(profile: bytes, mode: str) -> ToSrgb | None:
    """The way through an ICC profile for pictures of one of Pillow's modes, or None where it cannot be gone."""
    grey = mode in ("1", "L", "LA", "La") or mode.startswith("I")
    mode = "L" if grey else mode if mode in ("CMYK", "LAB") else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        wanted = PROFILE_MODES.get(source.profile.xcolor_space.strip(), "")  # type: ignore[attr-defined]
        if wanted != mode and (wanted, mode) != ("RGB", "L"):  # grey numbers are RGB's with all three alike
            return None
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), wanted, "RGB")
    except (ImageCms.PyCMSError, OSError):
        return None
    return lambda image: ImageCms.applyTransform(image.convert(wanted), transform) or as_srgb(image)


def _exif_space(image: Image.Image) -> ColourSpace | None:
    """Adobe RGB where EXIF says so, which cameras do in place of a profile."""
    try:
        exif = image.getexif()
        kind = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.ColorSpace)
        index = exif.get_ifd(ExifTags.IFD.Interop).get(ExifTags.Interop.InteropIndex, "")
    except Exception:  # a broken block says nothing, and must not cost the photo
        return None
    text = index.decode("ascii", "replace") if isinstance(index, bytes) else str(index)
    adobe = kind == ADOBE_BY_HABIT or (kind == UNCALIBRATED and text.rstrip("\0 ") == ADOBE_INDEX)
    return ADOBE_RGB if adobe else None
