"""Result images as packed image data blocks: a face stays whole when its folder is moved or deleted."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..errors import LikenessError

COLOUR = "sRGB"
DATA = "Non-Color"


def load_image(path: Path, name: str, colour_space: str) -> bpy.types.Image:
    """Load and pack one image file. Raises `LikenessError` naming the file if Blender cannot read it."""
    try:
        image = bpy.data.images.load(str(path), check_existing=False)
    except RuntimeError as error:
        raise LikenessError(f"{path} cannot be read as an image.") from error
    image.name = name
    image.colorspace_settings.name = colour_space
    if not image.has_data and not image.size[0]:
        bpy.data.images.remove(image)
        raise LikenessError(f"{path} cannot be read as an image.")
    image.pack()
    return image
