"""The photo looked up at texels: linear colours without aliasing, and the fit's skin mask without bleeding."""

from __future__ import annotations

import cv2
import numpy as np
from torch import Tensor

from ...geometry.arrays import Image
from ...geometry.colour import srgb_to_linear
from ...geometry.smoothstep import smoothstep
from ..images import Photo
from ..uv.atlas import TexelGeometry

_KERNEL_REACH = 2  # photo pixels: a mask shrunk by this keeps the cubic kernel off what it hides
_CLIPPED = (0.8, 0.98)  # linear level of the darkest channel between which a pixel counts as burnt out


def sample_photo(photo: Photo, geometry: TexelGeometry) -> Image:
    """Linear RGB (T, T, 3) under each texel; area averages first where the photo is finer than the texture."""
    box = _seen_box(geometry, photo.size)
    if box is None:
        return np.zeros((*geometry.facing.shape, 3), np.float32)
    left, top, right, bottom = box
    crop = srgb_to_linear(photo.pixels[top:bottom, left:right]).astype(np.float32)
    factor = min(1.0, 1.0 / max(pixels_per_texel(geometry), 1e-6))
    width, height = (max(1, round(n * factor)) for n in (right - left, bottom - top))
    if factor < 1.0:
        crop = cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA)
    scale = np.array([width / (right - left), height / (bottom - top)], np.float32)
    at = (geometry.pixels - np.array([left, top], np.float32)) * scale - 0.5
    colours = cv2.remap(crop, at, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
    return np.maximum(colours, 0.0)


def sample_skin(skin_confidence: Tensor, geometry: TexelGeometry) -> Image:
    """The fit's skin mask (H, W) at texels (T, T), shrunk a little so that nothing beside it is sampled along."""
    reach = max(_KERNEL_REACH, round(2.0 * pixels_per_texel(geometry)))
    window = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1,) * 2)
    mask = cv2.erode(skin_confidence.detach().cpu().float().numpy(), window)
    at = geometry.pixels - 0.5
    return cv2.remap(mask, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)  # type: ignore[call-overload]


def unclipped(colours: Image) -> Image:
    """1 where a photo colour (T, T, 3) still tells something, 0 where the sensor was burnt out."""
    return 1.0 - smoothstep(*_CLIPPED, colours.min(axis=-1))


def _seen_box(geometry: TexelGeometry, photo_size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of the part of the photo that visible texels show, with room for the kernel."""
    seen = geometry.pixels[geometry.visibility > 0.0]
    if not len(seen):
        return None
    low = np.maximum(np.floor(seen.min(axis=0)).astype(int) - 8, 0)
    high = np.minimum(np.ceil(seen.max(axis=0)).astype(int) + 8, photo_size)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def pixels_per_texel(geometry: TexelGeometry) -> float:
    """Typical number of photo pixels a well seen texel spans along one side."""
    right = np.diff(geometry.pixels, axis=1)[:-1]
    down = np.diff(geometry.pixels, axis=0)[:, :-1]
    area = np.abs(right[..., 0] * down[..., 1] - right[..., 1] * down[..., 0])
    # Steps between charts are huge and rare: the median does not see them.
    seen = area[geometry.visibility[:-1, :-1] > 0.5]
    return float(np.sqrt(np.median(seen))) if len(seen) else 1.0
