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
from ...geometry.smoothstep import smoothstep
from ..fitting.face_fit import FaceFit
from ..images import Photo
from ..uv.atlas import texel_geometry, uv_atlas
from ..uv.blending import (
    BLACK,
    LEAST_DIVISOR,
    blend,
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
from .hair import SeenHair
from .photo_sampling import pixels_per_texel
from .scalp import with_stubble
from .seams import close_seams
from .seen_skin import BANDS, SeenSkin, look, matched, merged, texel_groups

_COARSE_SIZE = 256  # texels in which the photo is measured against the texture
_LEAST_SIZE = 512
_GRAIN_SHARE = 0.6  # of the seen skin's grain; a little less than seen, for what is guessed should not draw the eye
_FEWEST_EYE_TEXELS = 20
_IRIS_CONTRAST = 0.8  # the photo's colours where the model has the iris must be darker than this share of its white
_LID_WIDTH = 0.035  # of the texture's side, round an eye that is a patch of the skin


@dataclass(frozen=True)
class Texture:
    """A face's colours in UV space; row 0 is v = 1."""

    albedo: Image  # (T, T, 3) linear RGB
    confidence: Image  # (T, T) 1 = seen well, 0 = guessed or outside the charts


def build_texture(
    photos: Sequence[Photo], model: FaceModel, fits: Sequence[FaceFit], size: int, hair: SeenHair | None = None
) -> Texture:
    """Albedo and confidence of the fitted face in ``size`` x ``size`` texels, from one photo or several.

    Each fit is that of its photo; the first photo leads. With its hair the scalp gets stubble. A texture
    much finer than the photos is built at half its size, or a quarter, and enlarged: nothing is lost.
    """
    enough = _enough_texels(model, fits, size)
    made = _build(photos, model, fits, enough, hair)
    if enough == size:
        return made
    albedo = cv2.resize(made.albedo, (size, size), interpolation=cv2.INTER_CUBIC)
    confidence = cv2.resize(made.confidence, (size, size), interpolation=cv2.INTER_LINEAR)
    return Texture(np.clip(albedo, 0.0, 1.0), confidence)


def _enough_texels(model: FaceModel, fits: Sequence[FaceFit], size: int) -> int:
    """``size``, halved while there are still half as many texels again as photo pixels along a side."""
    coarse = uv_atlas(model, _COARSE_SIZE)
    pixels = max(pixels_per_texel(texel_geometry(coarse, fit)) for fit in fits) * _COARSE_SIZE
    while size % 2 == 0 and size // 2 >= max(_LEAST_SIZE, 1.5 * pixels):
        size //= 2
    return size


def _build(
    photos: Sequence[Photo], model: FaceModel, fits: Sequence[FaceFit], size: int, hair: SeenHair | None
) -> Texture:
    atlas = uv_atlas(model, size)
    groups = texel_groups(atlas, model)
    skin = merged([look(photo, model, fit, atlas, groups) for photo, fit in zip(photos, fits, strict=True)], groups)
    guess = atlas.interpolate(fits[0].albedo)
    on_skin = (groups == SKIN).astype(np.float32)
    mirror = mirror_coordinates(model, size)
    completed = _complete_skin(skin, skin.seen * on_skin, guess, mirror)
    completed = close_seams(completed, atlas, part_groups(model.part_names)[atlas.triangle_parts] == SKIN)
    if hair is not None:
        bare = skin.seen * skin.plain * on_skin
        completed = with_stubble(completed, np.maximum(bare, mirrored(bare, mirror)), hair, atlas)
    result = np.where(on_skin[..., None] > 0.0, completed, guess)
    eyes = [np.isin(atlas.parts(), parts) for parts in eyeballs(model.part_names)]
    seen = skin.seen
    if not _paint_eyes(result, skin.albedo, seen, eyes, mirror):
        seen = np.where(groups == EYES, 0.0, seen).astype(np.float32)
    elif _eyes_are_patches(model):
        for eye in eyes:
            result = _with_lids(result, skin.albedo, seen, eye, on_skin)
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
    return _blend_over(_blend_over(base, flipped, flipped_seen), albedo, seen)


def _paint_eyes(result: Image, albedo: Image, seen: Image, parts: list[Image], mirror: Image) -> bool:
    """Put the photo's eyes on the model's, in place: both or none, and a hidden one like the other. Was it done?"""
    visible = [part for part in parts if (seen[part] > 0.5).sum() >= _FEWEST_EYE_TEXELS]
    painted = [_seen_eye(albedo, seen * part, np.where(part[..., None], result, 0.0)) for part in visible]
    if not painted or any(eye is None for eye in painted):
        return False
    for part, eye in zip(visible, painted, strict=True):
        result[part] = eye[part]  # type: ignore[index]
    other_way = mirrored(result, mirror)
    for part in parts:
        if not any(part is other for other in visible):
            result[part] = other_way[part]
    return True


def _eyes_are_patches(model: FaceModel) -> bool:
    """Whether the eyes of a model are places on its skin and no eyeballs of their own."""
    corners = model.faces_uv[:, :3]
    skin, eyes = (corners[part_groups(model.part_names)[model.face_parts] == kind] for kind in (SKIN, EYES))
    return bool(np.isin(eyes, skin).any())


def _with_lids(result: Image, albedo: Image, seen: Image, eye: Image, on_skin: Image) -> Image:
    """The photo's colours (T, T, 3) across the border of an eye that is a patch of the skin, as far as it is seen.

    The border is a row of triangles' teeth somewhere on the lid, and the lashes beside it are no skin to the photo.
    """
    width = _LID_WIDTH * len(eye)
    outside, inside = (cv2.distanceTransform(m.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5) for m in (~eye, eye))
    near = 1.0 - smoothstep(0.2, 1.0, (outside + 2.0 * inside) / width)
    known = np.where(eye, seen, seen[eye].mean() * on_skin).astype(np.float32)
    return _blend_over(result, albedo, near * known)


def _seen_eye(albedo: Image, seen: Image, model_eye: Image) -> Image | None:
    """Seen eye over model eye, its white brought to the model's; None where they disagree about where the iris is.

    The model's eye is black elsewhere. One of a single colour can disagree with nothing.
    """
    level = channel_mean(model_eye)
    dark = (level > 0.0) & (level < 0.4 * level.max())
    albedo = _without_glints(albedo)
    if not dark.any():
        return _blend_over(model_eye, albedo, seen)
    white, iris = (seen > 0.5) & (level > 0.8 * level.max()), (seen > 0.5) & dark
    if not white.any() or not iris.any():
        return None
    colour = np.median(albedo[white], axis=0)
    if channel_mean(albedo)[iris].mean() > _IRIS_CONTRAST * colour.mean():
        return None
    model_white = np.median(model_eye[white], axis=0)
    gain = np.clip(model_white / np.maximum(colour, LEAST_DIVISOR), 0.5, 2.0)
    return _blend_over(model_eye, np.minimum(albedo * gain, model_white), seen)


def _without_glints(albedo: Image) -> Image:
    """Small bright spots taken down to what surrounds them: they are the photo's lamps."""
    window = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (max(3, albedo.shape[0] // 128) | 1,) * 2)
    level = channel_mean(albedo)
    without = cv2.morphologyEx(level, cv2.MORPH_OPEN, window)
    return albedo * (np.minimum(level, 1.15 * without + 0.01) / np.maximum(level, BLACK))[..., None]


def _with_grain(base: Image, seen_colours: Image, weight: Image) -> Image:
    """Model skin with the fine brightness variation of the seen skin."""
    brightness = log_colours(channel_mean(seen_colours))
    noise = grain(_GRAIN_SHARE * grain_strengths(brightness, weight), base.shape[0])
    return by_rows(lambda colours, step: colours * np.exp(step)[..., None], base, noise)


def _blend_over(below: Image, above: Image, weight: Image) -> Image:
    """Multi-band blend; where ``above`` is unknown it does not spoil the coarse bands."""
    trusted = by_rows(lambda b, a, w: b + smoothstep(0.2, 0.8, w)[..., None] * (a - b), below, above, weight)
    return blend(below, trusted, weight, BANDS)
