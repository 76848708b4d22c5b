"""From the colours of a photo to the colours of the skin: the light divided out, highlights softened.

Everything is per texel (T, T, ...), linear RGB, float32.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from .blending import enlarge, push_pull, shrink
from .fitting.face_fit import FaceFit
from .lighting import shade, to_view_frame
from .uv_atlas import Floats, smoothstep

SHADING_FLOOR = 0.25  # of the typical shading: dividing by less would show noise, not skin
HIGHLIGHT_SOFTENING = 0.75  # share of a highlight that is removed
_LOW_SIDE = 64  # cells over the texture in which colours are called low-frequency
_CHUNK = 1 << 20


def texel_shading(normals: Floats, fit: FaceFit) -> Floats:
    """Shading (T, T, 3) of the fit's light on model-space unit normals (T, T, 3); may be negative in deep shadow."""
    rotation = fit.camera.rotation.detach().to("cpu", torch.float32)
    light = fit.light.detach().to("cpu", torch.float32)
    flat = torch.from_numpy(normals).reshape(-1, 3)
    parts = [shade(to_view_frame(chunk @ rotation.mT), light) for chunk in flat.split(_CHUNK)]
    return torch.cat(parts).reshape(normals.shape).numpy()


def divide_light(colour: Floats, shading: Floats, seen: Floats) -> tuple[Floats, Floats]:
    """Colours over shading, with a floor under the shading -> albedo (T, T, 3) and how well lit a texel is (T, T)."""
    lit = shading[seen > 0.5]
    typical = np.maximum(np.median(lit, axis=0), 1e-4) if len(lit) else np.ones(3, np.float32)
    floor = (SHADING_FLOOR * typical).astype(np.float32)
    # Below the floor a hyperbola that leaves it with slope 1: smooth, positive, never under a third of the floor.
    low = np.minimum(shading, floor)
    bounded = np.maximum(shading, floor) - floor + floor**2 / (2.0 * floor - np.maximum(low, -floor))
    level = smoothstep(0.1, 0.4, (shading / typical).mean(axis=-1))
    return (colour / bounded).astype(np.float32), level.astype(np.float32)


def soften_highlights(albedo: Floats, weight: Floats) -> Floats:
    """Take most of the surface reflection away: what a texel has more of grey than its neighbourhood.

    Dichromatic model (Shafer 1985): a colour is body * a + grey * b, the body colour being that of the neighbourhood.
    """
    size = albedo.shape[0]
    local = enlarge(push_pull(*shrink(albedo, weight, _LOW_SIDE)), size)
    body = np.maximum(local, 1e-3)
    body = body / body.sum(axis=-1, keepdims=True)
    smooth = cv2.blur(albedo, (max(1, size // 512),) * 2)  # the fit below amplifies noise
    mean_colour, mean_body = smooth.mean(axis=-1), body.mean(axis=-1)
    # Least squares of smooth = a body + b (1, 1, 1).
    variance = (body * body).mean(axis=-1) - mean_body**2
    covariance = (smooth * body).mean(axis=-1) - mean_colour * mean_body
    grey = mean_colour - covariance / np.maximum(variance, 1e-4) * mean_body
    usual = enlarge(push_pull(*shrink(cv2.merge([grey] * 3), weight, _LOW_SIDE)), size)[..., 0]
    brighter = smoothstep(1.0, 1.25, mean_colour / np.maximum(local.mean(axis=-1), 1e-3))
    excess = np.maximum(grey - usual, 0.0) * brighter
    removed = HIGHLIGHT_SOFTENING * np.minimum(excess, 0.5 * mean_colour)
    return np.maximum(albedo - removed[..., None], 0.0).astype(np.float32)


def balance_sides(albedo: Floats, flipped: Floats, weight: Floats, flipped_weight: Floats) -> Floats:
    """Where the two halves differ at low frequency, the worse lit one follows the better lit one.

    What second-order light cannot explain (a hard side light, a shadow) is left in the albedo; a face's own colours are
    near enough symmetric at this scale. Weights hold how well seen and lit a texel and its mirror are.
    """
    both = np.minimum(weight, flipped_weight)
    share = flipped_weight / np.maximum(weight + flipped_weight, 1e-6)
    step, known = shrink(share[..., None] * (_log(flipped) - _log(albedo)), both, _LOW_SIDE)
    step = np.clip(step, -0.7, 0.7)
    known = np.minimum(4.0 * known, 1.0)
    step = cv2.GaussianBlur(step * known[..., None], (0, 0), 1.5)
    step /= np.maximum(cv2.GaussianBlur(known, (0, 0), 1.5), 1e-3)[..., None]
    return albedo * np.exp(enlarge(push_pull(step, known), albedo.shape[0]))


def _log(colour: Floats) -> NDArray[np.float32]:
    return np.log(np.maximum(colour, 2e-3))
