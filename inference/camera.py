"""The pinhole camera of the project: OpenCV axes (x right, y down, z forward), pixels, metres.

The centre of the top-left pixel is (0.5, 0.5), so a picture of width W spans [0, W].
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

FULL_FRAME_DIAGONAL_MM = 43.2666


@dataclass(frozen=True)
class Camera:
    """Intrinsics and pose of one photo: ``x_cam = rotation @ x + translation``."""

    intrinsics: Tensor  # (3, 3) pixels
    rotation: Tensor  # (3, 3) model axes -> camera axes
    translation: Tensor  # (3,) metres
    image_size: tuple[int, int]  # width, height in pixels

    def to_camera(self, points: Tensor) -> Tensor:
        """Points (..., 3) in model space -> camera space, metres."""
        return points @ self.rotation.mT + self.translation

    def project(self, points: Tensor) -> Tensor:
        """Points (..., 3) in model space -> pixels (..., 2)."""
        return project(self.to_camera(points), self.intrinsics)

    def scaled(self, factor: float) -> Camera:
        """The same camera for the picture resized by ``factor``."""
        scale = self.intrinsics.new_tensor([[factor], [factor], [1.0]])
        width, height = self.image_size
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        return replace(self, intrinsics=self.intrinsics * scale, image_size=size)

    def on_cpu(self) -> Camera:
        """The same camera in single precision on the CPU, without gradients."""
        intrinsics, rotation, translation = (
            values.detach().to("cpu", torch.float32) for values in (self.intrinsics, self.rotation, self.translation)
        )
        return Camera(intrinsics, rotation, translation, self.image_size)

    def cropped(self, left: int, top: int, width: int, height: int) -> Camera:
        """The same camera for a crop whose top-left corner is at (left, top)."""
        shift = torch.zeros_like(self.intrinsics)
        shift[0, 2], shift[1, 2] = -left, -top
        return replace(self, intrinsics=self.intrinsics + shift, image_size=(width, height))


def project(points: Tensor, intrinsics: Tensor) -> Tensor:
    """Camera-space points (..., 3) -> pixels (..., 2); ``intrinsics`` (3, 3) or broadcastable (..., 3, 3)."""
    homogeneous = points @ intrinsics.mT
    return homogeneous[..., :2] / homogeneous[..., 2:].clamp_min(1e-6)


def intrinsics_from_focal(focal_px: float, image_size: tuple[int, int], like: Tensor) -> Tensor:
    """Intrinsics (3, 3) with the principal point in the middle of the picture; device and dtype of ``like``."""
    width, height = image_size
    return like.new_tensor([[focal_px, 0.0, width / 2], [0.0, focal_px, height / 2], [0.0, 0.0, 1.0]])


def focal_px_from_35mm(focal_35mm: float, image_size: tuple[int, int]) -> float:
    """35 mm equivalent focal length (mm) -> pixels, by the diagonal (the definition CIPA uses)."""
    return focal_35mm / FULL_FRAME_DIAGONAL_MM * math.hypot(*image_size)
