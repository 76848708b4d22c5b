"""Result images as packed image data blocks: a face stays whole when its folder is moved or deleted."""

from __future__ import annotations

import shutil
from pathlib import Path

import bpy

from ...errors import LikenessError


def load_image(path: Path, name: str, is_data: bool) -> bpy.types.Image:
    """Load and pack one image file, of numbers (``is_data``) or of sRGB colours in 8 bits.

    Raises:
        LikenessError: Blender cannot read the file, which the sentence names.
    """
    try:
        image = bpy.data.images.load(str(path), check_existing=False)
    except RuntimeError as error:
        raise LikenessError(f"{path} cannot be read as an image.") from error
    image.name = name
    # No colour space by its name: a studio's configuration has names of its own. Files of 8 bits are taken for sRGB.
    image.colorspace_settings.is_data = is_data
    if not image.has_data and not image.size[0]:
        bpy.data.images.remove(image)
        raise LikenessError(f"{path} cannot be read as an image.")
    image.pack()
    return image


def name_files_beside(folder: Path) -> None:
    """Let the packed images that were read in ``folder`` name files beside the .blend, where both will be moved to."""
    for image in bpy.data.images:
        for packed in image.packed_files:
            if Path(packed.filepath).parent == folder:
                packed.filepath = image.filepath_raw = f"//{Path(packed.filepath).name}"


def save_image(image: bpy.types.Image, path: Path) -> None:
    """Write an image's file as it was packed or lies on disk, or as it was painted since. Raises `LikenessError`."""
    if image.is_dirty:
        image.pack()
    if image.packed_file is not None:
        path.write_bytes(image.packed_file.data)
    else:
        source = Path(bpy.path.abspath(image.filepath, library=image.library))
        if not source.is_file():
            raise LikenessError(f"The image {image.name} is missing: there is no file {source}.")
        shutil.copyfile(source, path)
