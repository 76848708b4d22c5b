"""The photo's eyes put on the model's in UV space, for models whose eyes are no balls that can be painted."""

from __future__ import annotations

import cv2
import numpy as np

from ...geometry.arrays import Image
from ...geometry.smoothstep import smoothstep
from ..uv.blending import BLACK, LEAST_DIVISOR, channel_mean
from ..uv.mirror import mirrored
from .seen_skin import blend_over

_FEWEST_EYE_TEXELS = 20
_IRIS_CONTRAST = 0.8  # the photo's colours where the model has the iris must be darker than this share of its white
_LID_WIDTH = 0.035  # of the texture's side, round an eye that is a patch of the skin


def paste_eyes(result: Image, albedo: Image, seen: Image, parts: list[Image], mirror: Image) -> bool:
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


def with_lids(result: Image, albedo: Image, seen: Image, eye: Image, on_skin: Image) -> Image:
    """The photo's colours (T, T, 3) across the border of an eye that is a patch of the skin, as far as it is seen.

    The border is a row of triangles' teeth somewhere on the lid, and the lashes beside it are no skin to the photo.
    """
    width = _LID_WIDTH * len(eye)
    outside, inside = (cv2.distanceTransform(m.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5) for m in (~eye, eye))
    near = 1.0 - smoothstep(0.2, 1.0, (outside + 2.0 * inside) / width)
    known = np.where(eye, seen, seen[eye].mean() * on_skin).astype(np.float32)
    return blend_over(result, albedo, near * known)


def _seen_eye(albedo: Image, seen: Image, model_eye: Image) -> Image | None:
    """Seen eye over model eye, its white brought to the model's; None where they disagree about where the iris is.

    The model's eye is black elsewhere. One of a single colour can disagree with nothing.
    """
    level = channel_mean(model_eye)
    dark = (level > 0.0) & (level < 0.4 * level.max())
    albedo = _without_glints(albedo)
    if not dark.any():
        return blend_over(model_eye, albedo, seen)
    white, iris = (seen > 0.5) & (level > 0.8 * level.max()), (seen > 0.5) & dark
    if not white.any() or not iris.any():
        return None
    colour = np.median(albedo[white], axis=0)
    if channel_mean(albedo)[iris].mean() > _IRIS_CONTRAST * colour.mean():
        return None
    model_white = np.median(model_eye[white], axis=0)
    gain = np.clip(model_white / np.maximum(colour, LEAST_DIVISOR), 0.5, 2.0)
    return blend_over(model_eye, np.minimum(albedo * gain, model_white), seen)


def _without_glints(albedo: Image) -> Image:
    """Small bright spots taken down to what surrounds them: they are the photo's lamps."""
    window = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (max(3, albedo.shape[0] // 128) | 1,) * 2)
    level = channel_mean(albedo)
    without = cv2.morphologyEx(level, cv2.MORPH_OPEN, window)
    return albedo * (np.minimum(level, 1.15 * without + 0.01) / np.maximum(level, BLACK))[..., None]
