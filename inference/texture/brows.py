"""Brows where no photo shows the person's own: under a fringe, dark glasses, a hat."""

from __future__ import annotations

import numpy as np

from ...anatomy.regions import RegionName
from ...bfm.face_model import FaceModel
from ...geometry.arrays import Image
from ...result.colouring import Colour
from ..uv.atlas import UvAtlas

COVER = 0.6  # share of the hairs' colour in the middle of a brow, the rest being skin
USUAL = 0.35  # of the skin's brightness: hairs of a colour that nobody knows
DARKEST = 0.7  # of the skin's brightness: brows of light or grey hair are darker than it, and never lighter than this


def with_usual_brows(guess: Image, hair: Colour | None, atlas: UvAtlas, model: FaceModel) -> Image:
    """The model's skin (T, T, 3), linear RGB, with brows as dark as the hair of the head."""
    if RegionName.BROWS not in model.region_names:
        return guess
    cover = COVER * atlas.interpolate(model.region(RegionName.BROWS)[:, None])
    colour = USUAL * guess if hair is None else np.minimum(np.array(hair, np.float32), DARKEST * guess)
    return guess + cover * (colour - guess)
