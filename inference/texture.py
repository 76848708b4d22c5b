"""The skin's own colours in UV space: what the photo shows, completed where it shows nothing.

The photo is sampled at every visible texel and the fitted light divided out; what is not seen is taken from the mirrored
half, and what neither half shows from the albedo model, both first brought to the colours round about, then blended band
by band so that no border shows.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..bfm.face_model import FaceModel
from .blending import blend, enlarge, grain, grain_strengths, pad_charts, push_pull, shrink
from .delighting import balance_sides, divide_light, soften_highlights, texel_shading
from .fitting.face_fit import FaceFit
from .images import Photo
from .photo_sampling import sample_photo, sample_skin, unclipped
from .uv_atlas import Floats, UvAtlas, smoothstep, texel_geometry, uv_atlas
from .uv_mirror import mirror_coordinates, mirrored, part_groups

SKIN, EYES, INSIDE = 0, 1, 2
_MATCH_SIDE = 128  # cells over the texture in which guessed colours are brought to the seen ones
_PADDING = 1 / 64  # of the texture's side
_BANDS = 5
_GRAIN_SHARE = 0.8  # of the seen skin's grain; a little less than seen, for what is guessed should not draw the eye
_PRIOR = 0.01  # weight of the face's mean colour match where nothing near is seen
_FAINTEST = 2e-3  # linear; below this a logarithm would only show noise


@dataclass(frozen=True)
class Texture:
    """A face's colours in UV space; row 0 is v = 1."""

    albedo: Floats  # (T, T, 3) linear RGB
    confidence: Floats  # (T, T) 1 = seen well, 0 = guessed or outside the charts


def build_texture(photo: Photo, model: FaceModel, fit: FaceFit, size: int) -> Texture:
    """Albedo and confidence of the fitted face in ``size`` x ``size`` texels; ``fit.camera`` is the photo's."""
    atlas = uv_atlas(model, size)
    geometry = texel_geometry(atlas, fit)
    groups = _texel_groups(atlas, model)
    colours = sample_photo(photo, geometry)
    seen = geometry.visibility * unclipped(colours)
    if fit.skin_confidence is not None:
        seen *= np.where(groups == EYES, 1.0, smoothstep(0.3, 0.8, sample_skin(fit.skin_confidence, geometry)))
    seen[groups == INSIDE] = 0.0
    albedo, level = divide_light(colours, texel_shading(geometry.normals, fit), seen)
    seen = (seen * level).astype(np.float32)
    guess = atlas.interpolate(fit.albedo)
    mirror = mirror_coordinates(atlas, model)
    skin = _complete_skin(albedo, seen * (groups == SKIN), guess, mirror)
    eyes = _complete_eyes(albedo, seen * (groups == EYES), guess)
    result = np.where((groups == SKIN)[..., None], skin, np.where((groups == EYES)[..., None], eyes, guess))
    result = pad_charts(result.astype(np.float32), atlas.mask, max(2, round(_PADDING * size)))
    return Texture(np.clip(result, 0.0, 1.0), seen)


def _texel_groups(atlas: UvAtlas, model: FaceModel) -> NDArray[np.int64]:
    """(T, T): SKIN, EYES or INSIDE, -1 outside the charts."""
    return np.where(atlas.mask, part_groups(model)[atlas.parts()], -1)


def _complete_skin(albedo: Floats, seen: Floats, guess: Floats, mirror: Floats) -> Floats:
    """Seen skin over mirrored skin over model skin."""
    if seen.max() <= 0.0:
        return guess
    albedo = soften_highlights(albedo, seen)
    flipped_seen = mirrored(seen, mirror)
    albedo = balance_sides(albedo, mirrored(albedo, mirror), seen, flipped_seen)
    flipped = mirrored(albedo, mirror)
    flipped = _match(flipped, albedo, np.minimum(seen, flipped_seen))
    known = np.maximum(seen, flipped_seen)
    best = np.where((seen >= flipped_seen)[..., None], albedo, flipped)
    base = _match(guess, best, known)
    base = _with_grain(base, best, known)
    below = _blend_over(base, flipped, flipped_seen)
    return _blend_over(below, albedo, seen)


def _complete_eyes(albedo: Floats, seen: Floats, guess: Floats) -> Floats:
    """Seen eye over model eye, highlights tamed: they belong to the photo's lamps."""
    if seen.max() <= 0.0:
        return guess
    size = albedo.shape[0]
    window = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (max(3, size // 128) | 1,) * 2)
    level = albedo.mean(axis=-1)
    without = cv2.morphologyEx(level, cv2.MORPH_OPEN, window)
    albedo = albedo * (np.minimum(level, 1.15 * without + 0.01) / np.maximum(level, 1e-4))[..., None]
    return _blend_over(_match(guess, albedo, seen), albedo, seen)


def _match(colours: Floats, target: Floats, weight: Floats) -> Floats:
    """``colours`` brought to ``target`` at low frequencies where ``weight`` is, and smoothly on from there."""
    ratio = np.log(np.maximum(target, _FAINTEST)) - np.log(np.maximum(colours, _FAINTEST))
    small, known = shrink(ratio, weight, _MATCH_SIDE)
    known = np.minimum(2.0 * known, 1.0)
    mean = (small * known[..., None]).sum((0, 1)) / max(float(known.sum()), 1e-6)
    small = (small * known[..., None] + _PRIOR * mean) / (known[..., None] + _PRIOR)
    filled = push_pull(small.astype(np.float32), np.minimum(known + _PRIOR, 1.0))
    return colours * np.exp(enlarge(filled, colours.shape[0]))


def _with_grain(base: Floats, seen_colours: Floats, weight: Floats) -> Floats:
    """Model skin with the fine brightness variation of the seen skin."""
    brightness = np.log(np.maximum(seen_colours.mean(axis=-1), _FAINTEST))
    noise = grain(_GRAIN_SHARE * grain_strengths(brightness, weight), base.shape[0])
    return base * np.exp(noise)[..., None]


def _blend_over(below: Floats, above: Floats, weight: Floats) -> Floats:
    """Multi-band blend; where ``above`` is unknown it does not spoil the coarse bands."""
    known = smoothstep(0.0, 0.1, weight)[..., None]
    return blend(below, below + known * (above - below), weight, _BANDS)
