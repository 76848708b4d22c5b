"""What a photo shows finer than the texels that the skin is completed in: its own octaves, added at the end.

Light, highlights and the borders between seen and guessed are smooth, so they are worked out in a coarser texture. A
logarithm of the photo's colours less their mean over a coarse texel is of the skin alone, and is added to the coarse
texture's where the photo was trusted, on the mirrored side where the other one was, and elsewhere as grain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ...bfm.face_model import FaceModel
from ...geometry.arrays import Image
from ..images import Photo
from ..uv.atlas import TexelGeometry
from ..uv.blending import by_rows, channel_mean, log_colours, weighted
from ..uv.grain import GRAIN_SHARE, grain, grain_strengths
from ..uv.mirror import mirrored
from ..uv.resolution import pixels_per_texel
from .photo_sampling import sample_pixels

_STRONGEST = 0.4  # log contrast; more is an edge of what lies before the skin
_EDGE = np.ones((3, 3), np.uint8)  # coarse texels beside what is not seen, between which pixels cannot be interpolated


@dataclass(frozen=True)
class PhotoOnSkin:
    """A photo and how far the coarse texture (T, T) is its."""

    photo: Photo
    geometry: TexelGeometry
    share: Image  # (T, T) in [0, 1], 0 off the skin


def with_fine_octaves(
    albedo: Image, photos: Sequence[PhotoOnSkin], model: FaceModel, mirror: Image, on_skin: Image, factor: int
) -> Image:
    """The coarse albedo (T, T, 3) in ``factor`` times as many texels along a side, with what the photos show in them.

    mirror: (T, T, 2) its `mirror_coordinates`; on_skin: (T, T) 1 where it is skin.
    """
    side = factor * len(albedo)
    octaves, known = np.zeros((side, side, 3), np.float32), np.zeros((side, side), np.float32)
    for shown in photos:
        share = cv2.erode(shown.share, _EDGE)
        box = _box(share)
        if box is not None:
            fine = tuple(slice(factor * part.start, factor * part.stop) for part in box)
            weight = _enlarged(share[box], factor)
            octaves[fine] += weighted(_octaves(shown, box, factor), weight)
            known[fine] += weight
    strength = GRAIN_SHARE * grain_strengths(channel_mean(octaves), known)[:1]
    octaves, known = _on_both_sides(octaves, known, mirror, factor)
    unknown = np.maximum(_enlarged(cv2.erode(on_skin, _EDGE), factor) - known, 0.0)
    octaves += weighted(np.repeat(grain(strength, model, side)[..., None], 3, axis=2), unknown)
    enlarged = cv2.resize(albedo, (side, side), interpolation=cv2.INTER_CUBIC)
    return by_rows(lambda colours, logs: np.clip(colours * np.exp(logs), 0.0, 1.0), enlarged, octaves)


def _on_both_sides(octaves: Image, known: Image, mirror: Image, factor: int) -> tuple[Image, Image]:
    """Octaves (T, T, 3) and how far they are known (T, T), with those of the other side where they are not."""
    at = factor * (_enlarged(mirror, factor) + 0.5) - 0.5
    at[_enlarged(cv2.erode((mirror[..., 0] >= 0.0).astype(np.float32), _EDGE), factor) < 1.0] = -10.0
    other = mirrored(known, at) * (1.0 - known)
    return octaves + weighted(mirrored(octaves, at), 1.0 - known), known + other


def _octaves(shown: PhotoOnSkin, box: tuple[slice, slice], factor: int) -> Image:
    """Log colours of the photo in fine texels less their mean over coarse ones."""
    pixels = _enlarged(shown.geometry.pixels[box], factor)
    seen = _enlarged(shown.share[box], factor) > 0.0
    logs = log_colours(sample_pixels(shown.photo, pixels, seen, pixels_per_texel(shown.geometry) / factor))
    height, width = logs.shape[:2]
    coarse = cv2.resize(logs, (width // factor, height // factor), interpolation=cv2.INTER_AREA)
    return np.clip(logs - cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), -_STRONGEST, _STRONGEST)


def _box(share: Image) -> tuple[slice, slice] | None:
    """Rows and columns in which there is a share."""
    rows, columns = (np.flatnonzero(share.max(axis=axis) > 0.0) for axis in (1, 0))
    return (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)) if len(rows) else None


def _enlarged(image: Image, factor: int) -> Image:
    height, width = image.shape[:2]
    return cv2.resize(image, (factor * width, factor * height), interpolation=cv2.INTER_LINEAR)
