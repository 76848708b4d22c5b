"""Eyeballs painted in their texture: white, iris with its dark rim and its fibres, pupil.

Nothing of the photo is copied: an iris is a few pixels of it, full of lamps and lashes. Its colours are what is painted
with; catch lights come from the lamps of the scene.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ...bfm.builtin.eyes import IRIS_RADIUS, PUPIL, PUPIL_RADIUS
from ...bfm.face_model import FaceModel
from ...geometry.arrays import Floats, Floats64, Image, Ints
from ...geometry.smoothstep import smoothstep
from ..uv.atlas import uv_atlas
from .eye_colours import IRIS_RINGS, EyeColours
from .eye_shape import eye_shapes

# All lengths are radii of the iris.
_PUPIL = PUPIL_RADIUS / IRIS_RADIUS
_PUPIL_EDGE, _LIMBUS = 0.02, 0.05  # half as wide as the edges of pupil and iris are at least
_RIM, _RIM_LEFT = (0.74, 1.0), 0.4  # where the rim darkens, and the share of the colour that is left at its edge
_COLLARETTE, _COLLARETTE_WIDTH, _COLLARETTE_GAIN = 0.52, 0.12, 0.25
_FIBRES, _FIBRE_CONTRAST = (9, 48), 0.20  # how many go round the iris, and how they spread in log brightness
_FIBRE_WAVES = 24
_GREY = 0.02  # range of the channels of a white that has no hue, over their mean
_RED, _RED_FROM = np.array([1.0, 0.87, 0.83]), (1.05, 2.0)  # the white towards the corners


def painted_eyes(albedo: Image, model: FaceModel, colours: EyeColours) -> Image:
    """The texture (T, T, 3), linear RGB, with the model's eyeballs painted in these colours."""
    painted = albedo.reshape(-1, 3).copy()
    for texels, across in _eye_texels(model, len(albedo)):
        painted[texels] = eye_paint(across / colours.size, colours)
    return painted.reshape(albedo.shape)


@lru_cache(maxsize=3)
def _eye_texels(model: FaceModel, size: int) -> tuple[tuple[Ints, Floats64], ...]:
    """Each eyeball's texels (N,) in the flattened texture and their places (N, 2) across it, in radii of the iris.

    The last three textures' are kept.
    """
    atlas = uv_atlas(model, size)
    parts, found = atlas.parts(), []
    for eye in eye_shapes(model):
        texels = np.flatnonzero(np.isin(parts, eye.parts))
        found.append((texels, eye.off_axis(atlas.rest_positions(texels))))
    return tuple(found)


def eye_paint(across: Floats, colours: EyeColours) -> Floats64:
    """Albedo (N, 3) at places (N, 2) of an eyeball in radii of the iris, which cover it evenly; inf: on its back."""
    off = np.hypot(*across.T)
    front = off < 1.0
    texel = np.sqrt(np.pi / max(int(front.sum()), 1))
    grey = np.ptp(colours.white) < _GREY * colours.white.mean()  # a black and white photo's
    red = _RED.mean() if grey else _RED
    white = colours.white * (1.0 + (red - 1.0) * smoothstep(*_RED_FROM, np.minimum(off, _RED_FROM[1]))[:, None])
    iris = np.where(front, 1.0, _RIM_LEFT)
    iris[front] = _iris_pattern(off[front], np.arctan2(*across[front].T[::-1]), texel)
    pupil, limbus = max(_PUPIL_EDGE, 0.5 * texel), max(_LIMBUS, 0.5 * texel)
    in_white = smoothstep(1.0 - limbus, 1.0 + limbus, np.minimum(off, 2.0))[:, None]
    in_iris = smoothstep(_PUPIL - pupil, _PUPIL + pupil, np.minimum(off, 2.0))[:, None]
    disc = PUPIL + (iris[:, None] * colours.iris - PUPIL) * in_iris
    return disc + (white - disc) * in_white


def _iris_pattern(off: Floats, angle: Floats, texel: float) -> Floats64:
    """Brightness (N,) of an iris at places off its middle; 1 on the mean of the rings where its colour is read."""
    fibres = _fibres(off, angle, texel) * smoothstep(_PUPIL, _COLLARETTE, off) * (1.0 - smoothstep(*_RIM, off))
    collarette = np.exp(-(((off - _COLLARETTE) / _COLLARETTE_WIDTH) ** 2))
    rim = 1.0 - (1.0 - _RIM_LEFT) * smoothstep(*_RIM, off)
    pattern = np.exp(_FIBRE_CONTRAST * fibres) * (1.0 + _COLLARETTE_GAIN * collarette) * rim
    read = (off > IRIS_RINGS[0]) & (off < IRIS_RINGS[1])
    return pattern / pattern[read].mean() if read.any() else pattern


def _fibres(off: Floats, angle: Floats, texel: float) -> Floats64:
    """Waves round the iris (N,) that bend a little on their way out, of unit variance; none too fine for the texels."""
    random = np.random.default_rng(1)
    total = np.zeros_like(off)
    for count in random.integers(*_FIBRES, _FIBRE_WAVES):
        phase, bend, again = random.uniform(0.0, 2.0 * np.pi), random.normal(0.0, 4.0), random.uniform(0.0, 2.0 * np.pi)
        kept = np.exp(-0.5 * (count * texel / np.maximum(off, 0.1)) ** 2)
        total += kept * np.cos(count * angle + phase + bend * off) * (1.0 + 0.5 * np.cos(5.0 * off + again))
    return total * np.sqrt(2.0 / _FIBRE_WAVES)
