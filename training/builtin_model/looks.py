"""What a camera sees of a mesh from a direction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from ...geometry.arrays import Floats, Ints
from ...inference.camera import Camera, intrinsics_from_focal
from ...inference.rendering.rasterizer import Fragments, rasterize


@dataclass(frozen=True)
class Look:
    """A square picture of a point."""

    middle: Floats  # (3,) metres
    across: float  # metres that it shows there
    pixels: int
    distance: float  # metres from the camera
    yaw: float = 0.0  # degrees to the side
    pitch: float = 0.0  # degrees from below


def seen(vertices: Floats, triangles: Ints, look: Look) -> Fragments:
    """What each pixel shows of vertices (V, 3) with triangles (T, 3)."""
    yaw, pitch = np.radians([look.yaw, look.pitch])
    turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    nod = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    rotation, like = np.diag([1.0, -1.0, -1.0]) @ nod @ turn, torch.zeros((), dtype=torch.float32)
    size = (look.pixels, look.pixels)
    camera = Camera(
        intrinsics_from_focal(look.distance * look.pixels / look.across, size, like),
        like.new_tensor(rotation),
        like.new_tensor(np.array([0.0, 0.0, look.distance]) - rotation @ look.middle),
        size,
    )
    in_camera = camera.to_camera(torch.as_tensor(vertices, dtype=torch.float32))[None]
    return rasterize(in_camera, torch.as_tensor(triangles.astype(np.int64)), camera.intrinsics[None], size)
