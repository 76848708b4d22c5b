"""Baking a face's maps again: what the engine needs for it, and the new maps in place of the old ones."""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ...errors import LikenessError
from ...result.reconstruction import ALBEDO_IMAGE, PHOTO_IMAGE, Reconstruction
from ..mesh import UV_LAYER
from ..record import recall
from ..state import state_of
from .face_images import PROPERTIES, load_images

# Coefficients are in standard deviations; the same photo gives the same ones to rounding, another device nearly so.
SAME_FIT = 0.05
# Texture points in the same one of so many cells along a side are the same; another layout has hardly any in common.
CELLS, SAME_LAYOUT = 10_000, 0.1
PNG_HEADER_BYTES = 33  # signature and IHDR
FULL_FRAME_DIAGONAL_MM = math.hypot(36.0, 24.0)
EXIF_POINTER, FOCAL_LENGTH_35MM = 0x8769, 0xA405  # tags of EXIF 2.32
LONG, RATIONAL = 4, 5  # types of TIFF 6.0
FOCAL_STEPS_PER_MM = 10_000


def write_photo(face: bpy.types.Object, path: Path) -> None:
    """Write the photo of a face as it was read, with its focal length where that was known.

    Raises:
        LikenessError: the face has no record or no photo, or the file cannot be written.
    """
    image = state_of(face).photo_image
    record = recall(face).face
    if image is None or image.packed_file is None:
        raise LikenessError(f"The photo of {face.name} is no longer in this file.")
    data = image.packed_file.data
    if "EXIF" in record["provenance"].get("intrinsics", ""):
        camera = record["camera"]
        focal_mm = camera["intrinsics"][0][0] * FULL_FRAME_DIAGONAL_MM / math.hypot(*camera["image_size"])
        data = data[:PNG_HEADER_BYTES] + _focal_chunk(focal_mm) + data[PNG_HEADER_BYTES:]
    try:
        path.write_bytes(data)
    except OSError as error:
        raise LikenessError(f"{path} cannot be written ({error.strerror or error}).") from error


def face_in_photo(face: bpy.types.Object) -> int | None:
    """Which face of its photo this is; None for the largest. Raises `LikenessError` if it has no record."""
    return recall(face).face["landmarks"].get("face")


def replace_maps(face: bpy.types.Object, result: Reconstruction) -> None:
    """Put the maps of ``result`` wherever the old ones are used; nothing else of the face is touched.

    Raises:
        LikenessError: the result is of another shape or layout, or an image of it cannot be read. Nothing is changed.
    """
    if ALBEDO_IMAGE not in result.images or not _same_fit(face, result):
        raise LikenessError(
            f"The photo does not give the shape of {face.name} again, so new maps would not fit it; "
            "create the face anew in the size you want."
        )
    if not _same_layout(face, result):
        raise LikenessError(
            f"{face.name} has the texture layout of an earlier version of its model, which new maps would not fit; "
            "create the face anew in the size you want."
        )
    maps = {file: path for file, path in result.images.items() if file != PHOTO_IMAGE}
    memory = state_of(face)
    for file, image in load_images(replace(result, images=maps), face.name).items():
        old = getattr(memory, PROPERTIES[file])
        if old is not None:
            name = old.name
            old.user_remap(image)
            bpy.data.images.remove(old)
            image.name = name
        setattr(memory, PROPERTIES[file], image)


def _same_fit(face: bpy.types.Object, result: Reconstruction) -> bool:
    known = np.array(recall(face).face["coefficients"]["identity"])
    found = np.array(result.coefficients["identity"])
    return known.shape == found.shape and bool(np.allclose(known, found, atol=SAME_FIT))


def _same_layout(face: bpy.types.Object, result: Reconstruction) -> bool:
    """Whether at least some corners of the face, whatever was edited of it, lie where the result has texture points."""
    layer: Any = face.data.uv_layers.get(UV_LAYER)
    if layer is None or not len(layer.data):
        return True
    own = np.empty(2 * len(layer.data), np.float32)
    layer.data.foreach_get("uv", own)
    return bool(np.isin(_cells(own.reshape(-1, 2)), _cells(result.mesh.uv)).mean() > SAME_LAYOUT)


def _cells(points: np.ndarray) -> np.ndarray:
    """Numbers (N,) of the cells of a fine grid in which texture points (N, 2) lie."""
    across, up = np.round(np.asarray(points, np.float64) * CELLS).astype(np.int64).T
    return across * 2 * CELLS + up


def _focal_chunk(focal_mm: float) -> bytes:
    """A PNG's eXIf chunk that holds nothing but the 35 mm equivalent focal length."""
    first = 8
    second = first + 2 + 12 + 4
    value = second + 2 + 12 + 4
    exif = struct.pack(">2sHI", b"MM", 42, first)
    exif += struct.pack(">HHHIII", 1, EXIF_POINTER, LONG, 1, second, 0)
    exif += struct.pack(">HHHIII", 1, FOCAL_LENGTH_35MM, RATIONAL, 1, value, 0)
    exif += struct.pack(">II", round(focal_mm * FOCAL_STEPS_PER_MM), FOCAL_STEPS_PER_MM)
    body = b"eXIf" + exif
    return struct.pack(">I", len(exif)) + body + struct.pack(">I", zlib.crc32(body))
