"""Stands in for ``likeness.result.image_files`` where OpenCV is absent, as it is beside Blender: the same files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenEXR
from PIL import Image


def write_image(path: Path, image: np.ndarray) -> None:
    """Write (H, W), (H, W, 3) or (H, W, 4) uint8 as PNG, (H, W) or (H, W, 3) floats as EXR with alpha 1.

    Raises:
        OSError: the file cannot be written.
    """
    if path.suffix != ".exr":
        Image.fromarray(image).save(path)
        return
    pixels = np.ones((*image.shape[:2], 4), np.float32 if image.ndim == 2 else np.float16)
    pixels[..., :3] = image[..., None] if image.ndim == 2 else image
    try:
        OpenEXR.File({"type": OpenEXR.scanlineimage}, {"RGBA": pixels}).write(str(path))
    except RuntimeError as error:
        raise OSError(f"{path.name}: {error}") from error
