"""Baking a face's maps again: what the engine needs for it, and the new maps in place of the old ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ...errors import LikenessError
from ...result.reconstruction import PHOTO_IMAGE, Reconstruction
from ..mesh import UV_LAYER
from ..state import state_of
from .face_images import PROPERTIES, load_images

# Texture points in the same one of so many cells along a side are the same; another layout has hardly any in common.
CELLS, SAME_LAYOUT = 10_000, 0.1


def write_photo(face: bpy.types.Object, path: Path) -> None:
    """Write the photo of a face as it was read.

    Raises:
        LikenessError: the face has no photo, or the file cannot be written.
    """
    image = state_of(face).photo_image
    if image is None or image.packed_file is None:
        raise LikenessError(f"The photo of {face.name} is no longer in this file.")
    try:
        path.write_bytes(image.packed_file.data)
    except OSError as error:
        raise LikenessError(f"{path} cannot be written ({error.strerror or error}).") from error


def replace_maps(face: bpy.types.Object, result: Reconstruction) -> None:
    """Put the maps of ``result`` wherever the old ones are used; nothing else of the face is touched.

    Raises:
        LikenessError: the result is of another layout, or an image of it cannot be read. Nothing is changed.
    """
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
