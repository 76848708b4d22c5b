"""The skin's own colours in UV space: what the photo shows, completed where it shows nothing.

The photos are sampled at every visible texel and the fitted light divided out; what none shows is taken from the
mirrored half, and what neither half shows from the albedo model, both first brought to the colours round about, then
blended band by band so that no border shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ...anatomy.parts import eyeballs
from ...bfm.face_model import FaceModel
from ...geometry.arrays import Image
from ..fitting.face_fit import FaceFit
from ..images import Photo
from ..uv.atlas import texel_geometry, uv_atlas
from ..uv.blending import (
    by_rows,
    channel_mean,
    grain,
    grain_strengths,
    log_colours,
    pad_charts,
    padding,
)
from ..uv.mirror import EYES, SKIN, mirror_coordinates, mirrored, part_groups
from .delighting import balance_sides, even_out
from .eye_colours import TYPICAL_EYES, EyeColours
from .eye_shape import eye_shapes, eyes_are_patches
from .eyes import paste_eyes, with_lids
from .iris import painted_eyes
from .lid_rims import painted_rims
from .photo_sampling import pixels_per_texel
from .seams import close_seams
from .seen_skin import SeenSkin, blend_over, look, matched, merged, texel_groups

_COARSE_SIZE = 256  # texels in which the photo is measured against the texture
_LEAST_SIZE = 512
_GRAIN_SHARE = 0.6  # of the seen skin's grain; a little less than seen, for what is guessed should not draw the eye


@dataclass(frozen=True)
class Texture:
    """A face's colours in UV space; row 0 is v = 1."""

    albedo: Image  # (T, T, 3) linear RGB
    confidence: Image  # (T, T) 1 = seen well, 0 = guessed or outside the charts


def build_texture(photos: Sequence[Photo], model: FaceModel, fits: Sequence[FaceFit], size: int) -> Texture:
    """Albedo and confidence of the fitted face in ``size`` x ``size`` texels, from one photo or several.

    Each fit is that of its photo; the first photo leads. A texture much finer than the photos is built at half
    its size, or a quarter, and enlarged: nothing is lost.
    """
    enough = _enough_texels(model, fits, size)
    made = _build(photos, model, fits, enough)
    if enough == size:
        return made
    albedo = cv2.resize(made.albedo, (size, size), interpolation=cv2.INTER_CUBIC)
    confidence = cv2.resize(made.confidence, (size, size), interpolation=cv2.INTER_LINEAR)
    return Texture(np.clip(albedo, 0.0, 1.0), confidence)


def with_eyes(texture: Texture, model: FaceModel, eyes: EyeColours | None) -> Texture:
    """The texture with eyeballs and rims of the lids painted, in the usual colours where the photo shows none."""
    if not eye_shapes(model):
        return texture
    confidence = texture.confidence
    if eyes is None:
        atlas = uv_atlas(model, len(confidence))
        of_eyes = np.isin(atlas.parts(), [part for eye in eye_shapes(model) for part in eye.parts])
        confidence = np.where(of_eyes, 0.0, confidence).astype(np.float32)
    colours = eyes or TYPICAL_EYES
    albedo = painted_rims(texture.albedo, model, colours.rims)
    return Texture(painted_eyes(albedo, model, colours), confidence)


def _enough_texels(model: FaceModel, fits: Sequence[FaceFit], size: int) -> int:
    """``size``, halved while there are still half as many texels again as photo pixels along a side."""
    coarse = uv_atlas(model, _COARSE_SIZE)
    pixels = max(pixels_per_texel(texel_geometry(coarse, fit)) for fit in fits) * _COARSE_SIZE
    while size % 2 == 0 and size // 2 >= max(_LEAST_SIZE, 1.5 * pixels):
        size //= 2
    return size


def _build(photos: Sequence[Photo], model: FaceModel, fits: Sequence[FaceFit], size: int) -> Texture:
    atlas = uv_atlas(model, size)
    groups = texel_groups(atlas, model)
    skin = merged([look(photo, model, fit, atlas, groups) for photo, fit in zip(photos, fits, strict=True)], groups)
    guess = atlas.interpolate(fits[0].albedo)
    on_skin = (groups == SKIN).astype(np.float32)
    mirror = mirror_coordinates(model, size)
    completed = _complete_skin(skin, skin.seen * on_skin, guess, mirror)
    completed = close_seams(completed, atlas, part_groups(model.part_names)[atlas.triangle_parts] == SKIN)
    result = np.where(on_skin[..., None] > 0.0, completed, guess)
    eyes = [np.isin(atlas.parts(), parts) for parts in eyeballs(model.part_names)]
    seen = skin.seen
    if not eye_shapes(model) and eyes:
        if not paste_eyes(result, skin.albedo, seen, eyes, mirror):
            seen = np.where(groups == EYES, 0.0, seen).astype(np.float32)
        elif eyes_are_patches(model):
            for eye in eyes:
                result = with_lids(result, skin.albedo, seen, eye, on_skin)
    result = pad_charts(result.astype(np.float32), atlas.mask, padding(size))
    return Texture(np.clip(result, 0.0, 1.0), seen)


def _complete_skin(skin: SeenSkin, seen: Image, guess: Image, mirror: Image) -> Image:
    """Seen skin over mirrored skin over model skin; ``seen`` (T, T) is 0 on all else."""
    if seen.max() <= 0.0:
        return guess
    plain, flipped_seen = skin.plain, mirrored(seen, mirror)
    albedo = balance_sides(skin.albedo, mirrored(skin.albedo, mirror), seen, flipped_seen)
    albedo = even_out(albedo, guess, seen * plain)
    flipped = matched(mirrored(albedo, mirror), albedo, np.minimum(seen, flipped_seen))
    best = np.where((seen >= flipped_seen)[..., None], albedo, flipped)
    trusted = np.maximum(seen * plain, flipped_seen * mirrored(plain, mirror))
    base = _with_grain(matched(guess, best, trusted), best, trusted)
    return blend_over(blend_over(base, flipped, flipped_seen), albedo, seen)


def _with_grain(base: Image, seen_colours: Image, weight: Image) -> Image:
    """Model skin with the fine brightness variation of the seen skin."""
    brightness = log_colours(channel_mean(seen_colours))
    noise = grain(_GRAIN_SHARE * grain_strengths(brightness, weight), base.shape[0])
    return by_rows(lambda colours, step: colours * np.exp(step)[..., None], base, noise)
