"""The photo as a picture that a scene renders: its size, its pixels, its colours."""

from __future__ import annotations

from typing import Any

import numpy as np


def pixel_aspect(intrinsics: np.ndarray) -> float:
    """Height of a pixel over its width."""
    return float(intrinsics[0, 0] / intrinsics[1, 1])


def pixel_scale(intrinsics: np.ndarray) -> tuple[float, float]:
    """Width and height of a pixel in Blender's terms: the smaller one is 1."""
    aspect = pixel_aspect(intrinsics)
    return max(1.0, 1.0 / aspect), max(1.0, aspect)


def photo_settings(intrinsics: np.ndarray, size: tuple[int, int]) -> dict[str, Any]:
    """Settings of a scene, by path, that render what lies over the photo, pixel by pixel, in its own colours."""
    width, height = size
    aspect_x, aspect_y = pixel_scale(intrinsics)
    return {
        "render.resolution_x": width,
        "render.resolution_y": height,
        "render.resolution_percentage": 100,
        "render.pixel_aspect_x": aspect_x,
        "render.pixel_aspect_y": aspect_y,
        "render.film_transparent": True,
        # AgX and Filmic would bend the albedo away from the photo it came from. A studio's own colour configuration may
        # have no view of this name, and its view is then the studio's choice.
        "view_settings.view_transform": "Standard",
        "view_settings.look": "None",
        "view_settings.exposure": 0.0,
        "view_settings.gamma": 1.0,
        "view_settings.use_curve_mapping": False,
        "view_settings.use_white_balance": False,  # since Blender 4.3
    }
