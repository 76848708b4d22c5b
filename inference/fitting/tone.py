"""Skin tone and light, decided together.

The colours of skin fix the product of albedo and shading, so one factor per channel can go from the light to the albedo
and nothing in the face changes. It is shared out by what is known of both, in logarithms: skin of any tone is about as
likely, but its colour lies along melanin's axis and near it (`anatomy.skin_colour`); light is about as strong as the
rest of the picture says (`scene_light`), and white, warm or cool rather than green or pink. Light may be very odd, skin
not: light's prior has the heavier tails (Student's t).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ...anatomy.skin_colour import HAEMOGLOBIN, LIGHT_SKIN, MELANIN
from ...geometry.colour import LUMINANCE
from ..lighting import shade
from ..positive_definite import solve_positive_definite
from .model_tensors import ModelTensors
from .photometric import Appearance
from .scene_light import SceneLight
from .settings import ToneSettings

_ROUNDS = 8  # of reweighting


@dataclass(frozen=True)
class TonedSkin:
    """The person's skin."""

    gain: Tensor  # (3,) what the model's skin is multiplied with
    tone: Tensor  # (3,) linear RGB, the skin's mean


def share_tone(
    tensors: ModelTensors,
    appearances: Sequence[Appearance],
    scenes: Sequence[SceneLight],
    settings: ToneSettings,
    grey: bool,
) -> tuple[TonedSkin, list[Appearance]]:
    """The skin's tone, one for all photos, and their appearances with what of the tone had been light.

    ``grey`` photos have no hue: their albedo is grey, and so is what is known of skin.
    """
    like = tensors.mean
    albedo, lights = _seen_levels(appearances)
    channels = like.new_tensor(LUMINANCE)[None] if grey else torch.eye(3, dtype=like.dtype, device=like.device)
    gain = _gain(albedo @ channels.mT, lights @ channels.mT, _skin_prior(channels, settings), scenes, settings)
    gain = (gain.expand(3) if grey else gain).exp()
    moved = [
        replace(one, light=one.light / gain, albedo=toned(one.albedo, tensors.tinted, gain)) for one in appearances
    ]
    return TonedSkin(gain, albedo.exp() * gain), moved


def toned(albedo: Tensor, tinted: Tensor, gain: Tensor) -> Tensor:
    """Albedo (V, 3) with a gain (3,) where it is ``tinted`` (V,): eyes and teeth keep their colours."""
    return (albedo * (1 + tinted[:, None] * (gain - 1))).clamp(0.0, 1.0)


def _seen_levels(appearances: Sequence[Appearance]) -> tuple[Tensor, Tensor]:
    """Logarithms of the mean albedo (3,) and of each photo's shading on the lit side (P, 3), where skin is seen."""
    albedos, lights = [], []
    for one in appearances:
        seen = one.colors.weight > 1e-3
        seen = seen if seen.any() else torch.ones_like(seen)
        shading = shade(one.colors.normals[seen], one.light).clamp_min(1e-3)
        lights.append(shading.quantile(0.75, dim=0).log())
        albedos.append(one.albedo[seen].log().mean(dim=0))
    return torch.stack(albedos).mean(dim=0), torch.stack(lights)


def _skin_prior(channels: Tensor, s: ToneSettings) -> tuple[Tensor, Tensor]:
    """Mean (K,) and covariance (K, K) of log albedo in ``channels`` (K, 3) of linear RGB."""
    melanin, haemoglobin = channels.new_tensor(MELANIN), channels.new_tensor(HAEMOGLOBIN)
    mean = channels.new_tensor(LIGHT_SKIN).log() - s.melanin * melanin
    spread = s.melanin_sigma**2 * melanin.outer(melanin) + s.haemoglobin_sigma**2 * haemoglobin.outer(haemoglobin)
    spread = spread + s.skin_sigma**2 * torch.eye(3, dtype=mean.dtype, device=mean.device)
    return channels @ mean, channels @ spread @ channels.mT


def _light_spread(count: int, level_sigma: float, like: Tensor, s: ToneSettings) -> Tensor:
    """Covariance (K, K) of log light: its level, and with three channels its hue."""
    level = like.new_full((count, count), level_sigma**2)
    if count == 1:
        return level
    warm = like.new_tensor([1.0, 0.0, -1.0]) / 2**0.5
    green = like.new_tensor([1.0, -2.0, 1.0]) / 6**0.5
    return level + s.warm_sigma**2 * warm.outer(warm) + s.green_sigma**2 * green.outer(green)


def _gain(
    albedo: Tensor,
    lights: Tensor,
    skin_prior: tuple[Tensor, Tensor],
    scenes: Sequence[SceneLight],
    s: ToneSettings,
) -> Tensor:
    """The most probable log gain (K,) of albedo (K,) that every one of lights (P, K) pays for."""
    mean, spread = skin_prior
    expected = lights.new_tensor([scene.level for scene in scenes])[:, None]
    spreads = [_light_spread(len(mean), scene.sigma, mean, s) for scene in scenes]
    precisions, own = [spread.inverse() for spread in spreads], spread.inverse()
    scales = [1.0] * len(scenes)
    gain = torch.zeros_like(mean)
    for _ in range(_ROUNDS):
        weighted = [precision / scale for precision, scale in zip(precisions, scales, strict=True)]
        right = own @ (mean - albedo) + sum(w @ d for w, d in zip(weighted, lights - expected, strict=True))
        gain = solve_positive_definite(own + sum(weighted), right[:, None])[:, 0]
        away = lights - gain - expected
        scales = [
            max(1.0, float((s.light_tails + d @ precision @ d) / (s.light_tails + len(mean))))
            for d, precision in zip(away, precisions, strict=True)
        ]
    return gain
