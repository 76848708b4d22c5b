"""The scalp in the colour of the hair: as if it were shaved a few days ago, so that no bare skin shines through hair.

Where the photo shows bare skin on the scalp it stays bare: a high forehead, a bald crown.
"""

from __future__ import annotations

import cv2
import numpy as np

from ...geometry.arrays import Image
from ...geometry.smoothstep import smoothstep
from ...result.scalp import hair_density
from ..uv.atlas import UvAtlas
from ..uv.blending import channel_mean
from ..uv.grain import grain
from .hair import SeenHair

# Share of the hair's colour where it is dense, the rest being skin: of hair darker than the skin, and of lighter hair,
# of which stubble shows little.
COVER, LIGHT_COVER = 0.75, 0.4
FADE, SPARSE = 0.2, 0.4  # over which distance it becomes dense (see `hair_density`), and how dense it begins
WANDER = 0.2  # of the hairline's softness: how far it wanders from vertex to vertex
# How far the cover varies, of itself, by octave, the finest first; texels of the scalp are too long for the first ones.
STUBBLE = np.array([0.06, 0.04, 0.02, 0.015, 0.012], np.float32)
BARE = (0.35, 0.85)  # how well bare skin is seen between which it stays bare
BARE_SIDE = 128  # cells over the texture in which that is judged
LIGHTER = (0.5, 1.2)  # brightness of the hair over the skin's between which it counts as dark and as light


def with_stubble(albedo: Image, bare: Image, hair: SeenHair, atlas: UvAtlas) -> Image:
    """The skin's colours (T, T, 3), linear RGB, with the hair's on the scalp; ``bare`` (T, T) is where skin is seen."""
    line, dense = hair_density(hair.depth), hair_density(hair.depth, FADE)
    wandering = line + WANDER * np.random.default_rng(0).standard_normal(len(line)) * 4.0 * line * (1.0 - line)
    values = atlas.interpolate(np.stack([wandering, hair.cover * (SPARSE + (1.0 - SPARSE) * dense)], axis=1))
    small = cv2.GaussianBlur(cv2.resize(bare, (BARE_SIDE,) * 2, interpolation=cv2.INTER_AREA), (0, 0), 1.0)
    seen = cv2.resize(small, bare.shape[::-1], interpolation=cv2.INTER_LINEAR)
    scalp = values[..., 0] > 0.0
    skin, colour = albedo[scalp], np.array(hair.colour, np.float32)
    density = smoothstep(0.1, 1.0, values[scalp, 0]) * values[scalp, 1] * (1.0 - smoothstep(*BARE, seen[scalp]))
    most = COVER + (LIGHT_COVER - COVER) * smoothstep(*LIGHTER, colour.mean() / np.maximum(channel_mean(skin), 1e-3))
    varying = 1.0 + grain(STUBBLE, atlas.model, atlas.size)[scalp]
    result = albedo.copy()
    result[scalp] = skin + np.clip(most * density * varying, 0.0, 1.0)[:, None] * (colour - skin)
    return result
