"""The scalp in the colour of the hair: as if it were shaved a few days ago, so that no bare skin shines through hair.

Where the photo shows bare skin on the scalp it stays bare: a high forehead, a bald crown.
"""

from __future__ import annotations

import cv2
import numpy as np

from ...bfm.face_model import FaceModel
from ...geometry.arrays import Image
from ...geometry.smoothstep import smoothstep
from ...result.colouring import Colour
from ...result.scalp import scalp_weights
from ..fitting.face_fit import FaceFit
from ..uv.atlas import UvAtlas
from ..uv.blending import channel_mean, grain

# Share of the hair's colour where it is dense, the rest being skin: of hair darker than the skin, and of lighter hair,
# of which stubble shows little.
COVER, LIGHT_COVER = 0.75, 0.4
FADE = 0.2  # of the distance from the bridge of the nose to the chin: over which it becomes dense
WANDER = 0.2  # of the hairline's softness: how far it wanders from vertex to vertex
STUBBLE = np.array([0.11, 0.08, 0.05], np.float32)  # how far the cover varies, of itself, by octave, the finest first
BARE = (0.35, 0.85)  # how well bare skin is seen between which it stays bare
SOFT = 1 / 96  # of the texture: over which bare skin passes into stubble


def with_stubble(albedo: Image, bare: Image, hair: Colour, atlas: UvAtlas, model: FaceModel, fit: FaceFit) -> Image:
    """The skin's colours (T, T, 3), linear RGB, with the hair's on the scalp; ``bare`` (T, T) is where skin is seen."""
    neutral = fit.neutral.detach().cpu().double().numpy()
    line, dense = (scalp_weights(neutral, model.landmarks68, fade) for fade in (0.0, FADE))
    wandering = line + WANDER * np.random.default_rng(0).standard_normal(len(line)) * 4.0 * line * (1.0 - line)
    values = atlas.interpolate(np.stack([wandering, dense], axis=1))
    kept = 1.0 - smoothstep(*BARE, cv2.GaussianBlur(bare, (0, 0), SOFT * atlas.size))
    density = kept * smoothstep(0.1, 1.0, values[..., 0]) * (0.4 + 0.6 * values[..., 1])
    lighter = np.mean(hair) / np.maximum(channel_mean(albedo), 1e-3)
    cover = COVER + (LIGHT_COVER - COVER) * smoothstep(0.5, 1.2, lighter)
    cover = np.clip(cover * density * (1.0 + grain(STUBBLE, atlas.size)), 0.0, 1.0)
    return albedo + cover[..., None].astype(np.float32) * (np.array(hair, np.float32) - albedo)
