"""The skin's own colours in UV space: what the photo shows, completed where it shows nothing.

The photos are sampled at every visible texel and the fitted light divided out; what none shows is taken from the
mirrored half, and what neither half shows from the albedo model, both first brought to the colours round about, then
blended band by band so that no border shows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    enlarge,
    log_colours,
    pad_charts,
    padding,
)
from ..uv.grain import GRAIN_SHARE, grain, grain_strengths
from ..uv.mirror import EYES, SKIN, mirror_coordinates, mirrored, part_groups
from ..uv.resolution import OVERSAMPLED, enough_texels, pixels_across
from .brows import with_usual_brows
from .delighting import balance_sides, even_out
from .eye_colours import TYPICAL_EYES, EyeColours
from .eye_shape import eye_shapes, eyes_are_patches
from .eyes import paste_eyes, with_lids
from .fine_octaves import PhotoOnSkin, with_fine_octaves
from .hair import SeenHair
from .iris import painted_eyes
from .lid_rims import painted_rims
from .scalp import with_stubble
from .seams import close_seams
from .seen_skin import SeenSkin, blend_over, look, matched, merged, shares, texel_groups

_FULL_SIZE = 1024  # texels in which the skin is completed; what is finer the photo alone knows
# How much of the work is done once the photos were looked at, the skin is complete, and the lids' rims are painted.
_LOOKED, _COMPLETED, _RIMMED = 0.4, 0.6, 0.7

Share = Callable[[float], None]  # is told which share of the work is done


@dataclass(frozen=True)
class Texture:
    """A face's colours in UV space; row 0 is v = 1."""

    albedo: Image  # (T, T, 3) linear RGB
    confidence: Image  # (T, T) 1 = seen well, 0 = guessed or outside the charts
    bare: Image  # (T, T) 1 where the leading photo shows skin or lips, 0 where hair, glasses or nothing of the face


def build_texture(
    photos: Sequence[Photo],
    model: FaceModel,
    fits: Sequence[FaceFit],
    size: int,
    hair: SeenHair | None = None,
    progress: Share = lambda share: None,
) -> Texture:
    """Albedo and confidence of the fitted face in ``size`` x ``size`` texels, from one photo or several.

    Each fit is that of its photo; the first photo leads. With its hair the scalp gets stubble. A texture much
    finer than the photos is built at half its size, or a quarter, and enlarged: nothing is lost. Of one finer than
    `_FULL_SIZE` the photos give the last octaves alone.
    """
    enough = enough_texels(size, OVERSAMPLED * pixels_across(model, fits))
    coarse = enough_texels(enough, 0.0, _FULL_SIZE)
    made, views = _build(photos, model, fits, coarse, hair, progress)
    progress(_COMPLETED)
    albedo = made.albedo
    if coarse < enough:
        atlas = uv_atlas(model, coarse)
        on_skin = (texel_groups(atlas, model) == SKIN).astype(np.float32)
        shown = [
            PhotoOnSkin(photo, texel_geometry(atlas, fit), share * on_skin)
            for photo, fit, share in zip(photos, fits, shares(views), strict=True)
        ]
        albedo = with_fine_octaves(albedo, shown, model, mirror_coordinates(model, coarse), on_skin, enough // coarse)
    if len(albedo) < size:
        albedo = np.clip(enlarge(albedo, size), 0.0, 1.0)
    confidence, bare = (
        cv2.resize(m, (size, size), interpolation=cv2.INTER_LINEAR) for m in (made.confidence, made.bare)
    )
    return Texture(albedo, confidence, bare)


def with_eyes(
    texture: Texture, model: FaceModel, eyes: EyeColours | None, progress: Share = lambda share: None
) -> Texture:
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
    progress(_RIMMED)
    return Texture(painted_eyes(albedo, model, colours), confidence, texture.bare)


def _build(
    photos: Sequence[Photo],
    model: FaceModel,
    fits: Sequence[FaceFit],
    size: int,
    hair: SeenHair | None,
    progress: Share,
) -> tuple[Texture, list[SeenSkin]]:
    """The texture, and what each photo shows of it."""
    atlas = uv_atlas(model, size)
    groups = texel_groups(atlas, model)
    views = []
    for photo, fit in zip(photos, fits, strict=True):
        views.append(look(photo, model, fit, atlas, groups))
        progress(_LOOKED * len(views) / len(photos))
    skin = merged(views, groups)
    mirror = mirror_coordinates(model, size)
    shown, colour = np.maximum(skin.seen, mirrored(skin.seen, mirror)), hair.colour if hair else None
    guess = with_usual_brows(atlas.interpolate(fits[0].albedo), shown, colour, atlas, model)
    on_skin = (groups == SKIN).astype(np.float32)
    completed = _complete_skin(skin, skin.seen * on_skin, guess, mirror, model)
    completed = close_seams(completed, atlas, part_groups(model.part_names)[atlas.triangle_parts] == SKIN)
    if hair is not None:
        bare = skin.seen * skin.plain * on_skin
        completed = with_stubble(completed, np.maximum(bare, mirrored(bare, mirror)), hair, atlas)
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
    return Texture(np.clip(result, 0.0, 1.0), seen, skin.bare), views


def _complete_skin(skin: SeenSkin, seen: Image, guess: Image, mirror: Image, model: FaceModel) -> Image:
    """Seen skin over mirrored skin over model skin; ``seen`` (T, T) is 0 on all else."""
    if seen.max() <= 0.0:
        return guess
    plain, flipped_seen = skin.plain, mirrored(seen, mirror)
    albedo = balance_sides(skin.albedo, mirrored(skin.albedo, mirror), seen, flipped_seen)
    albedo = even_out(albedo, guess, seen * plain)
    flipped_plain = mirrored(plain, mirror)
    flipped = matched(mirrored(albedo, mirror), albedo, np.minimum(seen * plain, flipped_seen * flipped_plain))
    best = np.where((seen >= flipped_seen)[..., None], albedo, flipped)
    trusted = np.maximum(seen * plain, flipped_seen * flipped_plain)
    base = _with_grain(matched(guess, best, trusted), best, trusted, model)
    return blend_over(blend_over(base, flipped, flipped_seen), albedo, seen)


def _with_grain(base: Image, seen_colours: Image, weight: Image, model: FaceModel) -> Image:
    """Model skin with the fine brightness variation of the seen skin."""
    brightness = log_colours(channel_mean(seen_colours))
    noise = grain(GRAIN_SHARE * grain_strengths(brightness, weight), model, len(base))
    return by_rows(lambda colours, step: colours * np.exp(step)[..., None], base, noise)
