"""From the colours of a photo to the colours of the skin: the light divided out, highlights softened.

Everything is per texel (T, T, ...), linear RGB, float32.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch

from ...geometry.arrays import Floats, Image
from ...geometry.smoothstep import smoothstep
from ..fitting.face_fit import FaceFit
from ..lighting import shade, to_view_frame
from ..uv.blending import (
    BLACK,
    LEAST_DIVISOR,
    by_rows,
    channel_mean,
    enlarge,
    log_colours,
    push_pull,
    scaled,
    shrink,
    weighted,
)

SHADING_FLOOR = 0.25  # of the typical shading: dividing by less would show noise, not skin
HIGHLIGHT_SOFTENING = 0.9  # share of a highlight that is removed
_LOW_SIDE = 64  # cells over the texture in which colours are called low-frequency
_HIGHLIGHT_SIDE = 256  # cells over the texture in which highlights are told
_HIGHLIGHT_WIDTH = 5.0  # cells; wider than a highlight on a forehead
_SIDES_WIDTH = 1.5  # cells over which the two halves of a face are compared
_LIGHT_HUES = 0.25  # log of a channel over the mean: how far the lights of one face differ
_CHUNK = 1 << 16  # texels worked on at once: they stay in the cache
# Columns: log brightness, log red/green, log blue/green; and how far skin strays from the model's in each.
_TO_OPPONENT = np.array([[1 / 3, 1.0, 0.0], [1 / 3, -1.0, -1.0], [1 / 3, 0.0, 1.0]])
_SKIN_RANGE, _EVEN_WIDTH = np.array([0.4, 0.12, 0.12]), 2.0
_HUE_RANGE, _HUE_SIDE, _HUE_WIDTH = np.array([1e3, 0.12, 0.12]), 192, 1.5  # brightness as it is: folds are the face's


def texel_shading(normals: Image, fit: FaceFit) -> Image:
    """Shading (T, T, 3) of the fit's light on model-space unit normals (T, T, 3); may be negative in deep shadow."""
    rotation = fit.camera.rotation.detach().to("cpu", torch.float32)
    light = fit.light.detach().to("cpu", torch.float32)
    flat = torch.from_numpy(normals).reshape(-1, 3)
    parts = [shade(to_view_frame(chunk @ rotation.mT), light) for chunk in flat.split(_CHUNK)]
    return torch.cat(parts).reshape(normals.shape).numpy()


def divide_light(colour: Image, shading: Image, seen: Image) -> tuple[Image, Image]:
    """Colours over shading, with a floor under the shading -> albedo (T, T, 3) and how well lit a texel is (T, T)."""
    lit = shading[seen > 0.5]
    typical = np.maximum(np.median(lit, axis=0), BLACK).astype(np.float32) if len(lit) else np.ones(3, np.float32)
    floor = (SHADING_FLOOR * typical).astype(np.float32)
    albedo = by_rows(lambda c, s: c / _of_one_hue(_bounded(s, floor), typical), colour, shading)
    return albedo, by_rows(lambda s: smoothstep(0.1, 0.4, channel_mean(s / typical)), shading)


def _bounded(shading: Image, floor: Image) -> Image:
    """Below ``floor`` (3,) a hyperbola that leaves it with slope 1: smooth, positive, never under a third of it."""
    low = np.clip(shading, -floor, floor)
    return np.maximum(shading, floor) - floor + floor**2 / (2.0 * floor - low)


def _of_one_hue(shading: Image, typical: Image) -> Image:
    """Shading whose hue stays near the ``typical`` one (3,): a light's own colours vary less than its errors do."""
    level = channel_mean(shading / typical)[..., None]
    hue = np.log(np.maximum(shading / typical, BLACK) / np.maximum(level, BLACK))
    return typical * level * np.exp(_LIGHT_HUES * np.tanh(hue / _LIGHT_HUES))


def soften_highlights(albedo: Image, plain: Image) -> Image:
    """Take most of the surface reflection away: what a texel has more of grey than the plain skin round about.

    Dichromatic model (Shafer 1985): a colour is body * a + grey * b, the body colour being that of the plain skin. Told
    and taken away on a grid finer than any highlight's border, so pores stay and no edge appears.
    """
    painted = (channel_mean(albedo) > 0.0).astype(np.float32)
    small, known = shrink(albedo, painted, _HIGHLIGHT_SIDE)
    small = push_pull(small, np.minimum(4.0 * known, 1.0))
    evidence = cv2.resize(plain, (_HIGHLIGHT_SIDE,) * 2, interpolation=cv2.INTER_AREA)
    local = enlarge(_wide_average(albedo, plain, _HIGHLIGHT_WIDTH), _HIGHLIGHT_SIDE)
    grey = _grey(small, local)
    usual = enlarge(_wide_average(cv2.merge([grey] * 3), evidence, _HIGHLIGHT_WIDTH), _HIGHLIGHT_SIDE)[..., 0]
    softened = _softened(small, local, grey, usual)
    return scaled(albedo, cv2.GaussianBlur(log_colours(softened) - log_colours(small), (0, 0), 1.0))


def _grey(albedo: Image, local: Image) -> Image:
    """The b (...) of the least squares of albedo = a body + b (1, 1, 1), the body's hue being that of ``local``."""
    body = _hue(local)
    variance = np.maximum(channel_mean(body * body) - 1.0, 0.02)  # the mean of the body's hue is 1
    brightness = channel_mean(albedo)
    return brightness - (channel_mean(albedo * body) - brightness) / variance


def _softened(albedo: Image, local: Image, grey: Image, usual: Image) -> Image:
    brightness, level = channel_mean(albedo), np.maximum(channel_mean(local), LEAST_DIVISOR)
    excess = np.clip(grey - usual, 0.0, 0.6 * brightness) * smoothstep(1.05, 1.4, brightness / level)
    # Towards the body's hue rather than minus grey: a burnt-out channel would leave the opposite hue behind.
    kept = np.maximum(brightness - excess, np.minimum(brightness, level))
    share = HIGHLIGHT_SOFTENING * smoothstep(0.0, 0.15, excess / np.maximum(brightness, LEAST_DIVISOR))
    return albedo + share[..., None] * (_hue(local) * kept[..., None] - albedo)


def _hue(colours: Image) -> Image:
    """Colours scaled to a mean of 1."""
    return colours / np.maximum(channel_mean(colours), LEAST_DIVISOR)[..., None]


def balance_sides(albedo: Image, flipped: Image, weight: Image, flipped_weight: Image) -> Image:
    """Where the two halves differ at low frequency, the worse lit one follows the better lit one.

    What second-order light cannot explain (a hard side light, a shadow) is left in the albedo; a face's own colours are
    near enough symmetric at this scale. Weights hold how well seen and lit a texel and its mirror are.
    """
    both = np.minimum(weight, flipped_weight)
    share = flipped_weight / np.maximum(weight + flipped_weight, 1e-6)
    seen, opposite = (_wide_average(image, both, _SIDES_WIDTH) for image in (albedo, flipped))
    step = (log_colours(opposite) - log_colours(seen)) * _wide_average(cv2.merge([share] * 3), both, _SIDES_WIDTH)
    return scaled(albedo, np.clip(step, -0.7, 0.7))


def even_out(albedo: Image, model_albedo: Image, plain: Image) -> Image:
    """Bring low-frequency colours that no skin has back into the range that skin has.

    Deviations of the plain skin from the model's colours are kept while small and held at ``_SKIN_RANGE`` when large:
    then they are shadows, coloured bounce light or errors of the light. Folds and the borders of shadows are redder
    than the skin round them, for light comes out of them that went in beside: so hues are evened at a finer scale too,
    as far as there is skin: carried on into a brow it would gild it.
    """
    albedo = _evened(albedo, model_albedo, plain, _SKIN_RANGE, _LOW_SIDE, _EVEN_WIDTH)
    fine = _evened(albedo, model_albedo, plain, _HUE_RANGE, _HUE_SIDE, _HUE_WIDTH)
    near = cv2.GaussianBlur(cv2.resize(plain, (_HUE_SIDE,) * 2, interpolation=cv2.INTER_AREA), (0, 0), _HUE_WIDTH)
    share = enlarge(smoothstep(0.3, 0.7, near).astype(np.float32), len(albedo))
    return by_rows(lambda below, above, s: below + s[..., None] * (above - below), albedo, fine, share)


def _evened(albedo: Image, model_albedo: Image, plain: Image, limits: Floats, side: int, width: float) -> Image:
    averages = (_wide_average(image, plain, width, side) for image in (albedo, model_albedo))
    seen, expected = (log_colours(average) for average in averages)
    opponent = (seen - expected) @ _TO_OPPONENT
    excess = opponent - limits * np.tanh(opponent / limits)
    return scaled(albedo, -(excess @ np.linalg.inv(_TO_OPPONENT)).astype(np.float32))


def _wide_average(image: Image, weight: Image, width: float = 2.0, side: int = _LOW_SIDE) -> Image:
    """Weighted Gaussian average (side, side, 3), ``width`` cells wide, smoothly continued where no weight is."""
    small, known = shrink(image, weight, side)
    total = cv2.GaussianBlur(known, (0, 0), width)
    summed = cv2.GaussianBlur(weighted(small, known), (0, 0), width)
    return push_pull(summed / np.maximum(total, 1e-4)[..., None], np.minimum(4.0 * total, 1.0))
