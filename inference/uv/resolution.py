"""How many texels a texture needs: as many as the photos have pixels there, and somewhat more."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from ...bfm.face_model import FaceModel
from ...result.choices import AUTO_SIZES, texture_size
from ..fitting.face_fit import FaceFit
from .atlas import TexelGeometry, texel_geometry, uv_atlas

OVERSAMPLED = 1.5  # texels along a photo pixel from which on finer ones show nothing more
_COARSE_SIZE = 256  # texels in which the photo is measured against the texture
_LEAST_SIZE = 512


def chosen_size(choice: int | str, model: FaceModel, fits: Sequence[FaceFit]) -> int:
    """The side of the texture: the number chosen, or what AUTO makes of the photos of these fits."""
    size = texture_size(choice)
    if isinstance(size, int):
        return size
    return enough_texels(AUTO_SIZES[1], OVERSAMPLED * pixels_across(model, fits), AUTO_SIZES[0])


def enough_texels(size: int, wanted: float, least: int = _LEAST_SIZE) -> int:
    """``size``, halved while half of it is still as many texels as are wanted, and no fewer than ``least``."""
    while size % 2 == 0 and size // 2 >= max(least, wanted):
        size //= 2
    return size


def pixels_across(model: FaceModel, fits: Sequence[FaceFit]) -> float:
    """Photo pixels along the whole texture, at the scale of the finest photo where it sees the face well."""
    return max(_pixels_across(model, fit) for fit in fits)


@lru_cache(maxsize=4)
def _pixels_across(model: FaceModel, fit: FaceFit) -> float:
    return pixels_per_texel(texel_geometry(uv_atlas(model, _COARSE_SIZE), fit)) * _COARSE_SIZE


def pixels_per_texel(geometry: TexelGeometry) -> float:
    """Typical number of photo pixels a well seen texel spans along one side."""
    right = np.diff(geometry.pixels, axis=1)[:-1]
    down = np.diff(geometry.pixels, axis=0)[:, :-1]
    area = np.abs(right[..., 0] * down[..., 1] - right[..., 1] * down[..., 0])
    # Steps between charts are huge and rare: the median does not see them.
    seen = area[geometry.visibility[:-1, :-1] > 0.5]
    return float(np.sqrt(np.median(seen))) if len(seen) else 1.0
