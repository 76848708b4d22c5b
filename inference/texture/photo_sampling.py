"""The photo looked up at texels: linear colours without aliasing, and the fit's skin mask without bleeding."""

from __future__ import annotations

import cv2
import numpy as np
from torch import Tensor

from ...geometry.arrays import Bools, Image
from ...geometry.colour import srgb_to_linear
from ...geometry.smoothstep import smoothstep
from ..filters import disc
from ..images import Photo
from ..uv.atlas import TexelGeometry
from ..uv.resolution import pixels_per_texel

_KERNEL_REACH = 2  # photo pixels: a mask shrunk by this keeps the cubic kernel off what it hides
_CLIPPED = (0.8, 0.98)  # linear level of the darkest channel between which a pixel counts as burnt out


def sample_photo(photo: Photo, geometry: TexelGeometry) -> Image:
    """Linear RGB (T, T, 3) under each texel; area averages first where the photo is finer than the texture."""
    return sample_pixels(photo, geometry.pixels, geometry.visibility > 0.0, pixels_per_texel(geometry))


def sample_pixels(photo: Photo, pixels: Image, seen: Bools, step: float) -> Image:
    """Linear RGB (H, W, 3) at photo pixels (H, W, 2) about ``step`` apart, as far as they are ``seen`` (H, W)."""
    box = _seen_box(pixels[seen], photo.size)
    if box is None:
        return np.zeros((*seen.shape, 3), np.float32)
    left, top, right, bottom = box
    crop = srgb_to_linear(photo.pixels[top:bottom, left:right]).astype(np.float32)
    factor = min(1.0, 1.0 / max(step, 1e-6))
    width, height = (max(1, round(n * factor)) for n in (right - left, bottom - top))
    if factor < 1.0:
        crop = cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA)
    scale = np.array([width / (right - left), height / (bottom - top)], np.float32)
    at = (pixels - np.array([left, top], np.float32)) * scale - 0.5
    colours = cv2.remap(crop, at, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
    return np.maximum(colours, 0.0)


def sample_skin(skin_confidence: Tensor, geometry: TexelGeometry) -> Image:
    """The fit's skin mask (H, W) at texels (T, T), shrunk a little so that nothing beside it is sampled along."""
    reach = max(_KERNEL_REACH, round(2.0 * pixels_per_texel(geometry)))
    mask = cv2.erode(skin_confidence.detach().cpu().float().numpy(), disc(reach))
    at = geometry.pixels - 0.5
    return cv2.remap(mask, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)  # type: ignore[call-overload]


def unclipped(colours: Image) -> Image:
    """1 where a photo colour (T, T, 3) still tells something, 0 where the sensor was burnt out."""
    red, green, blue = cv2.split(colours)
    return 1.0 - smoothstep(*_CLIPPED, np.minimum(np.minimum(red, green), blue))


def _seen_box(seen: Image, photo_size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of the part of the photo that has the seen pixels (N, 2), with room for the kernel."""
    if not len(seen):
        return None
    x, y = seen.T
    low = np.maximum(np.floor([x.min(), y.min()]).astype(int) - 8, 0)
    high = np.minimum(np.ceil([x.max(), y.max()]).astype(int) + 8, photo_size)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])
