"""The part of the photo the fit looks at: the face, resized to a fixed size, linear RGB, with its own camera."""

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
    """Linear RGB (H, W, 3), the confidence (H, W) that a pixel is this face's skin, and the camera of the crop."""

    pixels: Tensor
    skin: Tensor
    camera: Camera

    def seen_by(self, camera: Camera) -> Camera:
        """The crop's camera in the pose of another one of the same photo."""
        return replace(self.camera, rotation=camera.rotation, translation=camera.translation)

    def sample(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Colour (N, 3) and skin confidence (N,) at pixels (N, 2); confidence 0 outside."""
        height, width = self.skin.shape
        grid = points / points.new_tensor([width, height]) * 2 - 1
        planes = torch.cat([self.pixels, self.skin[..., None]], dim=-1).permute(2, 0, 1)[None]
        found = torch.nn.functional.grid_sample(
            planes.to(grid.dtype), grid[None, None], padding_mode="zeros", align_corners=False
        )[0, :, 0].mT
        return found[:, :3], found[:, 3]


def face_crop(
    photo: Pixels,
    skin: Floats,
    camera: Camera,
    box: Floats,
    size: int,
    like: Tensor,
) -> FaceCrop:
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
    cut = camera.cropped(left, top, right - left, bottom - top)
    scale = cut.intrinsics.new_tensor([[target[0] / (right - left)], [target[1] / (bottom - top)], [1.0]])
    resized = Camera(cut.intrinsics * scale, cut.rotation, cut.translation, target)
    return FaceCrop(like.new_tensor(pixels), like.new_tensor(confidence), resized)
