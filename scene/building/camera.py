"""The photo's camera: level, looking along +Y, with the photo as its background in perspective match."""

from __future__ import annotations

import bpy
import numpy as np

from ..axes import CAMERA_TO_VIEW, to_blender
from ..setup.picture import pixel_aspect

SENSOR_WIDTH_MM = 36.0
NEAREST_M = 0.01
HEAD_M = 0.2  # how large a camera is drawn


def create_camera(
    intrinsics: np.ndarray, image_size: tuple[int, int], photo: bpy.types.Image | None, name: str
) -> bpy.types.Object:
    """Camera object of intrinsics (3, 3) in pixels; pixels that are not square are the render settings' matter."""
    width, height = image_size
    data = bpy.data.cameras.new(name)
    data.sensor_fit = "HORIZONTAL"
    data.sensor_width = SENSOR_WIDTH_MM
    data.sensor_height = SENSOR_WIDTH_MM * height / width
    data.lens = float(intrinsics[0, 0]) * SENSOR_WIDTH_MM / width
    # Blender shifts in units of the sensor's width, x to the right and y up.
    data.shift_x = (width / 2 - float(intrinsics[0, 2])) / width
    data.shift_y = (float(intrinsics[1, 2]) - height / 2) / width * pixel_aspect(intrinsics)
    data.clip_start = NEAREST_M
    data.display_size = HEAD_M / max(1.0, data.lens / SENSOR_WIDTH_MM)  # the longer of its pyramid's width and height
    if photo is not None:
        _show_background(data, photo)
    camera = bpy.data.objects.new(name, data)
    camera.rotation_euler = (np.pi / 2, 0.0, 0.0)
    return camera


def camera_position(rotation: np.ndarray, translation: np.ndarray, pivot: np.ndarray) -> np.ndarray:
    """Where the camera (3,) is, in Blender axes, for a head that turns about ``pivot`` (3,) where it stands.

    In view axes x_view = R_v x + t_v, and the posed head is R_v (x - pivot) + pivot: the two differ by a shift.
    """
    in_view = CAMERA_TO_VIEW @ translation + head_rotation(rotation) @ pivot
    return to_blender(pivot - in_view)


def head_rotation(rotation: np.ndarray) -> np.ndarray:
    """OpenCV rotation (3, 3) -> how the head is turned, model axes -> view axes."""
    return CAMERA_TO_VIEW @ rotation


def _show_background(data: bpy.types.Camera, photo: bpy.types.Image) -> None:
    data.show_background_images = True
    background = data.background_images.new()
    background.image = photo
    background.alpha = 1.0
    background.display_depth = "BACK"
    background.frame_method = "STRETCH"
