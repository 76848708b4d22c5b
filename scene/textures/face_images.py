"""The images of a face: read from a result, kept on the face, and replaced when they are baked again."""

from __future__ import annotations

import bpy

from ...result.reconstruction import (
    ALBEDO_IMAGE,
    CONFIDENCE_IMAGE,
    DISPLACEMENT_IMAGE,
    NORMAL_IMAGE,
    PHOTO_IMAGE,
    Reconstruction,
)
from ...result.wrinkles import WRINKLE_IMAGES
from ..state import state_of
from .images import load_image

DATA_IMAGES = {NORMAL_IMAGE, DISPLACEMENT_IMAGE, CONFIDENCE_IMAGE, *WRINKLE_IMAGES}
# Where the face remembers each of them.
PROPERTIES = {
    ALBEDO_IMAGE: "albedo",
    PHOTO_IMAGE: "photo_image",
    NORMAL_IMAGE: "normal",
    DISPLACEMENT_IMAGE: "displacement",
    CONFIDENCE_IMAGE: "confidence",
    **{file: f"wrinkle_map_{number}" for number, file in enumerate(WRINKLE_IMAGES, 1)},
}


def load_images(reconstruction: Reconstruction, name: str) -> dict[str, bpy.types.Image]:
    """Load what images a result has, by file name. Raises `LikenessError` and leaves nothing if one is unreadable."""
    loaded: dict[str, bpy.types.Image] = {}
    try:
        for file in PROPERTIES:
            if file in reconstruction.images:
                loaded[file] = load_image(reconstruction.images[file], f"{name} {file}", file in DATA_IMAGES)
    except Exception:
        bpy.data.batch_remove(list(loaded.values()))
        raise
    return loaded


def keep_images(face: bpy.types.Object, images: dict[str, bpy.types.Image]) -> None:
    """Let the face remember its images."""
    for file, image in images.items():
        setattr(state_of(face), PROPERTIES[file], image)
