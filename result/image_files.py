"""Image files of a result folder, written and read: 8 or 16 bit PNG, and EXR for metres."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import OpenEXR

from ..errors import LikenessError


def write_image(path: Path, image: np.ndarray) -> None:
    """Write an array as the file type of ``path`` says; row 0 is the top of the picture.

    Args:
        path: ``.png`` takes (H, W), (H, W, 3) or (H, W, 4) uint8 or uint16, RGB order; ``.exr`` takes metres
            as floats: (H, W), which it keeps in 32 bits, or three layers (H, W, 3), in 16 bits.

    Raises:
        OSError: the file cannot be written.
        ValueError: this array does not fit this file type.
    """
    if path.suffix == ".exr":
        _write_exr(path, image)
    else:
        path.write_bytes(_encode_png(image))


def read_image(path: Path) -> np.ndarray:
    """What `write_image` wrote: integers (H, W) or (H, W, 3) in RGB order, or floats (H, W), of three layers the first.

    Raises:
        OSError: the file cannot be read.
    """
    if path.suffix == ".exr":
        return np.ascontiguousarray(_read_exr(path)[..., 0])
    image = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    if image is None:
        raise OSError(f"{path.name} is not an image")
    return image if image.ndim == 2 else cv2.cvtColor(image[..., :3], cv2.COLOR_BGR2RGB)


def read_layers(path: Path) -> np.ndarray:
    """The three layers (H, W, 3) of an EXR, in float32.

    Raises:
        OSError: the file cannot be read, or has fewer.
    """
    pixels = _read_exr(path)
    if pixels.shape[2] < 3:
        raise OSError(f"{path.name} has no three layers")
    return pixels[..., :3].astype(np.float32)


def loaded(image: np.ndarray | Path, read: Callable[[Path], np.ndarray] = read_image) -> np.ndarray:
    """An image of a result: the array if it was just made, else its file read. Raises `LikenessError`."""
    try:
        return read(image) if isinstance(image, Path) else image
    except OSError as error:
        raise LikenessError(f"{image} cannot be read: {error.strerror or error}.") from error


def _read_exr(path: Path) -> np.ndarray:
    try:
        with OpenEXR.File(os.fsencode(path)) as file:
            pixels = np.asarray(next(iter(file.channels().values())).pixels)
    except RuntimeError as error:
        raise OSError(f"{path.name}: {error}") from error
    return pixels[..., None] if pixels.ndim == 2 else pixels


def _encode_png(image: np.ndarray) -> bytes:
    if image.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"a PNG takes 8 or 16 bit integers, not {image.dtype}")
    if image.ndim == 3:
        image = cv2.cvtColor(image, cv2.COLOR_RGB2BGR if image.shape[2] == 3 else cv2.COLOR_RGBA2BGRA)
    # Level 1: a 4K texture in a fraction of a second, some ten percent larger than the default.
    return cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()


def _write_exr(path: Path, image: np.ndarray) -> None:
    if image.ndim != 2 and image.shape[2:] != (3,):
        raise ValueError(f"an EXR of metres takes one layer or three, not the shape {image.shape}")
    pixels = np.ones((*image.shape[:2], 4), np.float32 if image.ndim == 2 else np.float16)
    pixels[..., :3] = image[..., None] if image.ndim == 2 else image
    # Alpha stays 1: Blender divides by it when it looks a texel up.
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    try:
        OpenEXR.File(header, {"RGBA": pixels}).write(os.fsencode(path))  # a name need not be letters
    except RuntimeError as error:
        # The library says the system's reason in words alone.
        code = next((code for code in errno.errorcode if os.strerror(code) in str(error)), errno.EIO)
        raise OSError(code, os.strerror(code), str(path)) from error
