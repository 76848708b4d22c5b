"""The sheet with two wrinkle groups, of maps that differ from texel to texel."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
from likeness.result.folder import write_reconstruction
from likeness.result.reconstruction import DISPLACEMENT_IMAGE, NORMAL_IMAGE, Reconstruction
from likeness.result.wrinkles import WRINKLE_IMAGES, WrinkleGroup, activation
from likeness.scene.building.build import build_face
from synthetic import sheet_reconstruction

SIDE = 32  # texels of the maps of wrinkles
BROWS = WrinkleGroup("brow_raise", WRINKLE_IMAGES[0], 0, {"raise": 1.0}, 0.25)
SMILE = WrinkleGroup("smile_left", WRINKLE_IMAGES[1], 2, {"raise": 0.5, "widen": -0.2}, 0.425)
GROUPS = (BROWS, SMILE)


def wrinkle_map(group: WrinkleGroup) -> np.ndarray:
    """Metres (T, T), row 0 at the top: a ramp to the right for the brows, a wave up the face for the smile."""
    along = (np.arange(SIDE) + 0.5) / SIDE
    if group == BROWS:
        return np.tile(0.002 * along, (SIDE, 1))
    return np.tile(0.001 * np.sin(4 * np.pi * (1.0 - along))[:, None], (1, SIDE))


def wrinkled_sheet(size: int = 64) -> Reconstruction:
    """The sheet, without any other detail, and maps of the groups in channels of two images."""
    images = {}
    for group in GROUPS:
        images[group.image] = np.zeros((SIDE, SIDE, 3), np.float32)
        images[group.image][..., group.channel] = wrinkle_map(group)
    sheet = sheet_reconstruction(0.0)
    images[DISPLACEMENT_IMAGE] = np.zeros((size, size), np.float32)
    images[NORMAL_IMAGE] = np.full((size, size, 3), (128, 128, 255), np.uint8)
    return replace(sheet, wrinkles=GROUPS, images=sheet.images | images)


def build_wrinkled(folder: Path, name: str = "Ada") -> bpy.types.Object:
    """Build `wrinkled_sheet` in the scene, by way of ``folder``."""
    target = folder / f"{len(list(folder.iterdir()))}.likeness"
    write_reconstruction(wrinkled_sheet(), target)
    return build_face(target, name)


def expected_amounts(face: bpy.types.Object, strengths: tuple[float, float] = (1.0, 1.0)) -> list[float]:
    """How much of each group's map is to be added, straight from the definition."""
    values = {key.name: key.value for key in face.data.shape_keys.key_blocks}
    pairs = zip(GROUPS, strengths, strict=True)
    return [strength * (activation(group, values) - group.photo) for group, strength in pairs]


def found_amounts(face: bpy.types.Object) -> list[float]:
    """What the drivers have made of it."""
    bpy.context.view_layer.update()
    return [face["Wrinkle Amounts 1"][0], face["Wrinkle Amounts 2"][2]]
