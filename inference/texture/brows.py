"""Brows where no photo shows the person's own: under a fringe, dark glasses, a hat."""

from __future__ import annotations

import numpy as np

from ...anatomy.regions import RegionName
from ...bfm.face_model import FaceModel
from ...geometry.arrays import Image
from ...geometry.smoothstep import smoothstep
from ...result.colouring import Colour
from ..uv.atlas import UvAtlas

COVER = 0.6  # share of the hairs' colour in the middle of a brow, the rest being skin
USUAL = 0.35  # of the skin's brightness: hairs of a colour that nobody knows
ENOUGH = (0.3, 0.5)  # share of the brows that is seen between which they are the person's alone
DARKEST = 0.7  # of the skin's brightness: brows of light or grey hair are darker than it, and never lighter than this


def with_usual_brows(guess: Image, seen: Image, hair: Colour | None, atlas: UvAtlas, model: FaceModel) -> Image:
    """The model's skin (T, T, 3), linear RGB, with brows as dark as the hair of the head.

    Where a good part of the person's own is ``seen`` (T, T), on either side, there are none beside them.
    """
    if RegionName.BROWS not in model.region_names:
        return guess
    brows = atlas.interpolate(model.region(RegionName.BROWS)[:, None])
    share = (brows[..., 0] * seen).sum() / max(float(brows.sum()), 1e-3)
    cover = COVER * brows * np.float32(1.0 - smoothstep(*ENOUGH, np.array(share)))
    colour = USUAL * guess if hair is None else np.minimum(np.array(hair, np.float32), DARKEST * guess)
    return guess + cover * (colour - guess)
