"""The part of the photo the fit looks at: the face, resized to a fixed size, in linear RGB."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from torch import Tensor

from ...geometry.arrays import Floats, Pixels
from ...geometry.colour import srgb_to_linear
from ..camera import Camera


@dataclass(frozen=True)
class FaceCrop:
    """A part of a photo, resized to (H, W)."""

    pixels: Tensor  # (H, W, 3) linear RGB
    skin: Tensor  # (H, W) confidence that a pixel is this face's skin
    corner: tuple[int, int]  # left and top in the photo, pixels
    scale: tuple[float, float]  # pixels of the crop per pixel of the photo, across and down

    def seen_by(self, camera: Camera) -> Camera:
        """The camera of the crop, for that of the photo."""
        height, width = self.skin.shape
        cut = camera.cropped(*self.corner, width, height)
        scale = cut.intrinsics.new_tensor([[self.scale[0]], [self.scale[1]], [1.0]])
        return replace(cut, intrinsics=cut.intrinsics * scale)

    def sample(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Colour (N, 3) and skin confidence (N,) at pixels (N, 2); confidence 0 outside."""
        height, width = self.skin.shape
        grid = points / points.new_tensor([width, height]) * 2 - 1
        planes = torch.cat([self.pixels, self.skin[..., None]], dim=-1).permute(2, 0, 1)[None]
        found = torch.nn.functional.grid_sample(
            planes.to(grid.dtype), grid[None, None], padding_mode="zeros", align_corners=False
        )[0, :, 0].mT
        return found[:, :3], found[:, 3]


def face_crop(photo: Pixels, skin: Floats, box: Floats, size: int, like: Tensor) -> FaceCrop:
    """Cut the face's box (x0 y0 x1 y1) with a margin and resize it so that the box is about ``size`` pixels."""
    x0, y0, x1, y1 = (float(v) for v in box)
    margin = 0.25 * max(x1 - x0, y1 - y0)
    height, width = photo.shape[:2]
    left, top = max(0, int(x0 - margin)), max(0, int(y0 - margin))
    right, bottom = min(width, int(x1 + margin) + 1), min(height, int(y1 + margin) + 1)
    factor = min(1.0, size / max(x1 - x0, y1 - y0))
    target = (max(8, round((right - left) * factor)), max(8, round((bottom - top) * factor)))
    linear = srgb_to_linear(photo[top:bottom, left:right])
    pixels = cv2.resize(np.asarray(linear, np.float32), target, interpolation=cv2.INTER_AREA)
    confidence = cv2.resize(np.asarray(skin[top:bottom, left:right], np.float32), target, interpolation=cv2.INTER_AREA)
    scale = (target[0] / (right - left), target[1] / (bottom - top))
    return FaceCrop(like.new_tensor(pixels), like.new_tensor(confidence), (left, top), scale)
