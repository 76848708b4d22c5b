"""A square window on a photo, turned and mirrored at will, and the exact way back for its points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ...geometry.arrays import Floats64, Pixels
from ..images import resize


@dataclass(frozen=True)
class Crop:
    """Photo point = centre + R(angle) (crop point / resolution - 1/2) side; x of the crop point flipped if mirrored."""

    centre: tuple[float, float]  # photo pixels
    side: float  # photo pixels
    angle: float = 0.0  # radians, clockwise on the screen: a face tilted by it stands upright in the crop
    resolution: int = 256  # pixels of the crop's side
    mirrored: bool = False

    def affine(self) -> Floats64:
        """(2, 3) matrix from crop pixels to photo pixels."""
        scale = self.side / self.resolution
        cos, sin = scale * np.cos(self.angle), scale * np.sin(self.angle)
        flip = -1.0 if self.mirrored else 1.0
        linear = np.array([[flip * cos, -sin], [flip * sin, cos]])
        middle = np.full(2, self.resolution / 2)
        return np.column_stack([linear, np.array(self.centre) - linear @ middle])

    def pixel_affine(self) -> Floats64:
        """The same for OpenCV, which puts pixel centres at whole numbers."""
        return at_pixel_centres(self.affine())

    def to_photo(self, points: NDArray[Any]) -> Floats64:
        """Crop pixels (..., 2) -> photo pixels."""
        matrix = self.affine()
        return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float64)

    def from_photo(self, points: NDArray[Any]) -> Floats64:
        """Photo pixels (..., 2) -> crop pixels."""
        matrix = self.affine()
        return (points - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T

    def take(self, pixels: Pixels) -> Pixels:
        """The window (resolution, resolution, 3) of a photo (H, W, 3); outside the photo its edge is repeated."""
        matrix = self.affine()
        shrink = self.resolution / self.side
        if shrink < 0.5:  # bilinear taps would skip pixels: average first, and only what the window covers
            reach = self.side / 2 * (abs(np.cos(self.angle)) + abs(np.sin(self.angle))) + 2
            limits = np.array(pixels.shape[1::-1])
            low = np.clip(np.array(self.centre) - reach, 0, limits - 1).astype(int)
            high = np.clip(np.array(self.centre) + reach, low + 1, limits).astype(int)
            part = pixels[low[1] : high[1], low[0] : high[0]]
            pixels = resize(part, shrink * 2)
            matrix[:, 2] -= low
            matrix *= (np.array(pixels.shape[1::-1]) / part.shape[1::-1])[:, None]
        matrix = at_pixel_centres(matrix)
        size = (self.resolution, self.resolution)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(pixels, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def at_pixel_centres(matrix: Floats64) -> Floats64:
    """A (2, 3) matrix between two pictures as OpenCV wants it, which puts pixel centres at whole numbers."""
    shift = matrix[:, :2].sum(axis=1) * 0.5 - 0.5
    return np.column_stack([matrix[:, :2], matrix[:, 2] + shift])
