"""What skin looks like in a face's texture, and how far each cell is from it: hair, glasses, cloth and shadows are odd.

The light is already divided out, so skin is a colour that changes slowly over the face. It starts from the places where
skin shows when anything does, and follows what is alike from there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geometry.arrays import Bools, Floats32, Image
from ...geometry.smoothstep import smoothstep
from ..filters import blur
from ..uv.blending import enlarge, opponent, shrink, weighted
from .consensus import agreeing
from .zones import FaceZones

_BRIGHTNESS = 0.5  # log; places of skin differ by less
_WIDE = (
    0.45,
    0.22,
    0.26,
)  # log brightness, red/green, blue/green: spread over a face, left-over light included
_LOCAL = (0.2, 0.1, 0.12)  # spread about its surroundings
_LEAST, _MOST = (0.11, 0.05, 0.06), (0.2, 0.1, 0.12)  # limits of the spread that a face may show
_REACH = 0.010  # metres: sigma of the surroundings
_COARSE = 0.0025  # metres between the cells in which they are averaged
_FINE = 0.0015  # metres: sigma of what is texture
_ROUNDS = 4
_TETHER = 0.1  # weight of the face's colour among the surroundings'
_FAR = 9.0  # squared distance at which a cell begins to lose its say
_ROUGH = (0.6, 0.35)  # log of the texture's strength over the usual: free, and one unit beyond
_ROUGHEST = 3.0  # units: texture alone convicts nobody
_BRIGHT = 0.4  # how much a cell that is too bright counts: highlights are skin
_SHADED = 0.5  # and in the inner face one that is too dark: it shades itself
_DARKEST = 1.0  # log brightness under the skin's that is never lenience's
_FOLDED = 0.15  # the same of dark and red cells beside nose and mouth, brightness and hue
_FEWEST = 5  # cells that make a place


@dataclass(frozen=True)
class LocalSkin:
    """Cells (T, T) of a texture."""

    distance: Image  # squared, from what skin would be here, in units of the face's own spread
    rough: Image  # texture stronger than on this face's skin, in units; wrinkles stay near 0
    offset: Image  # (T, T, 3) log brightness, log red/green, log blue/green less those of skin here


def local_skin(albedo: Image, visible: Image, trust: Image, zones: FaceZones) -> LocalSkin | None:
    """How unlike skin each cell of ``albedo`` (T, T, 3), linear RGB, is; None where the photo shows no skin.

    Args:
        albedo: colours with the light divided out.
        visible: (T, T) how well a cell is seen, whatever it shows.
        trust: (T, T) how much a cell was taken for skin at first sight.
        zones: the face's.
    """
    colours = opponent(albedo)
    usual = _usual(colours, visible, trust, zones)
    if usual is None:
        return None
    spread = np.array(_WIDE, np.float32)
    tethered = visible * np.exp(-0.5 * (((colours - usual) / spread) ** 2).sum(axis=-1))
    offset = colours - _surroundings(colours, tethered, usual, zones.cell)
    near = ((offset / np.array(_LOCAL, np.float32)) ** 2).sum(axis=-1)
    core = np.logical_or.reduce(zones.skin_patches) & (tethered > 0.3) & (near < _FAR)
    if core.sum() < _FEWEST:
        return None
    typical = np.clip(1.48 * np.median(np.abs(offset[core]), axis=0), _LEAST, _MOST).astype(np.float32)
    offset = _without_gloss(offset, colours, trust)
    units = offset * _leniency(offset / typical, zones) / typical
    units[..., 0] += np.minimum(offset[..., 0] + _DARKEST, 0.0) / typical[0]
    rough = _roughness(colours[..., 0], visible, core, _FINE / zones.cell)
    return LocalSkin((units**2).sum(axis=-1) + rough**2, rough, offset)


def _usual(colours: Image, visible: Image, trust: Image, zones: FaceZones) -> Floats32 | None:
    """The colour (3,) on which most of the places agree."""
    shown = [patch & (visible > 0.3) for patch in zones.skin_patches]
    enough = [patch.sum() >= _FEWEST for patch in shown]
    if not any(enough):
        return None
    shown = [patch for patch, many in zip(shown, enough, strict=True) if many]
    middle = np.stack([np.median(colours[patch], axis=0) for patch in shown])
    trusted = np.array([float(trust[patch].mean()) for patch in shown])
    say = np.array(zones.patch_say)[enough] * (trusted + 0.1)
    same = agreeing(middle, say, _BRIGHTNESS)
    return np.average(middle[same], axis=0, weights=say[same]).astype(np.float32)


def _surroundings(colours: Image, tethered: Image, usual: Floats32, cell: float) -> Image:
    """Mean colour (T, T, 3) of what is alike round each cell, the face's own where little is: worked out coarsely."""
    side = max(8, round(len(colours) * cell / _COARSE))
    small, known = shrink(colours, tethered, min(side, len(colours)))
    sigma, weight, mean = _REACH / max(_COARSE, cell), known, small
    for _ in range(_ROUNDS):
        total = blur(weight, sigma) + _TETHER
        mean = (blur(weighted(small, weight), sigma) + _TETHER * usual) / total[..., None]
        near = (((small - mean) / np.array(_LOCAL, np.float32)) ** 2).sum(axis=-1)
        weight = known / (1.0 + (near / _FAR)) ** 2
    return enlarge(mean, len(colours))


def _leniency(units: Image, zones: FaceZones) -> Image:
    """How much each offset (T, T, 3) counts: highlights, shade and folds, which light up red from inside, are skin."""
    dark, red = units[..., 0] < 0.0, smoothstep(-2.0, -0.5, units[..., 1])
    fold = zones.folds * dark * red
    brightness = np.where(dark, 1.0 - (1.0 - _SHADED) * zones.inner, _BRIGHT)
    hue = 1.0 - (1.0 - _FOLDED) * fold
    return np.stack([brightness * hue, hue, hue], axis=-1)


def _without_gloss(offset: Image, colours: Image, trust: Image) -> Image:
    """Offsets (T, T, 3) less the hue that a highlight has: skin's colour and grey on top (Shafer 1985)."""
    body = _linear(colours - offset)
    gloss = np.maximum(_linear(colours).mean(axis=-1) - body.mean(axis=-1), 0.0)
    shift = opponent(body + gloss[..., None]) - opponent(body)
    shift[..., 0] = 0.0
    return offset - trust[..., None] * shift


def _linear(colours: Image) -> Image:
    """What `opponent` was made of."""
    mean, red, blue = np.moveaxis(colours, -1, 0)
    green = mean - (red + blue) / 3.0
    return np.exp(np.stack([green + red, green, green + blue], axis=-1))


def _roughness(brightness: Image, visible: Image, core: Bools, sigma: float) -> Image:
    """(T, T) strength of the texture over that of the core."""
    mean = blur(brightness * visible, sigma) / np.maximum(blur(visible, sigma), 0.05)
    strength = np.sqrt(blur(np.where(visible > 0.1, brightness - mean, 0.0) ** 2, sigma))
    excess = np.log((strength + 0.01) / (np.median(strength[core]) + 0.01))
    return np.clip((excess - _ROUGH[0]) / _ROUGH[1], 0.0, _ROUGHEST)
