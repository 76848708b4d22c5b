"""Skin tone and light, decided together.

The colours of skin fix the product of albedo and shading, so one factor per channel can go from the light to the albedo
and nothing in the face changes. It is shared out by what is known of both, in logarithms: skin of any tone is about as
likely, but its colour lies along melanin's axis and near it (`anatomy.skin_colour`); light is about as strong as the
rest of the picture says (`scene_light`), and white, warm or cool rather than green or pink. The hue of light
may be very odd, that of skin not: it has the heavier tails (Student's t).
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
# Hues of light as unit vectors over log RGB: yellow to blue, pink to green.
_WARM, _GREEN = (2**-0.5, 0.0, -(2**-0.5)), (6**-0.5, -2 * 6**-0.5, 6**-0.5)


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
        replace(
            one,
            light=_calmed(one.light / gain, settings),
            albedo=toned(one.albedo, tensors.tinted, gain),
        )
        for one in appearances
    ]
    return TonedSkin(gain, albedo.exp() * gain), moved


def toned(albedo: Tensor, tinted: Tensor, gain: Tensor) -> Tensor:
    """Albedo (V, 3) with a gain (3,) where it is ``tinted`` (V,): eyes and teeth keep their colours."""
    return (albedo * (1 + tinted[:, None] * (gain - 1))).clamp(0.0, 1.0)


def _calmed(light: Tensor, s: ToneSettings) -> Tensor:
    """A light (9, 3) whose directions differ less, in hue above all; its mean stays.

    Not all of what a fit finds there is light. Skin is redder at a shadow's border and paler where it shines, and light
    that comes from everywhere does not reach folds and the sides of a nose, which looks like light from the front.
    """
    ambient = light[:1].clamp_min(1e-3)
    relative = light[1:] / ambient
    white = (relative @ light.new_tensor(LUMINANCE))[:, None]
    return torch.cat([light[:1], ambient * (s.light_contrast * white + s.light_hues * (relative - white))])


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
    own, gain, oddness = spread.inverse(), torch.zeros_like(mean), [1.0] * len(scenes)
    brightness = albedo.new_tensor(LUMINANCE) if len(albedo) == 3 else torch.ones_like(albedo)
    bound: Tensor | None = None
    for _ in range(_ROUNDS):
        precisions = [_light_spread(mean, scene, odd, s).inverse() for scene, odd in zip(scenes, oddness, strict=True)]
        matrix = own + sum(precisions)
        right = own @ (mean - albedo) + sum(p @ d for p, d in zip(precisions, lights - expected, strict=True))
        if bound is not None:
            matrix = matrix + brightness.outer(brightness) / s.bound_sigma**2
            right = right + brightness * (bound - brightness @ albedo) / s.bound_sigma**2
        gain = solve_positive_definite(matrix, right[:, None])[:, 0]
        oddness = [_oddness(light - gain, s) for light in lights]
        level = brightness @ (albedo + gain)
        limited = level.clamp(s.darkest, s.lightest)
        bound = limited if bound is None and limited != level else bound
    return gain


def _light_spread(like: Tensor, scene: SceneLight, oddness: float, s: ToneSettings) -> Tensor:
    """Covariance (K, K) of log light: its level, and with three channels its hue, which an odd light has more of."""
    level = like.new_full((len(like), len(like)), scene.sigma**2)
    if len(like) == 1:
        return level
    return level + oddness * sum(sigma**2 * axis.outer(axis) for axis, sigma in _hues(like, s))


def _oddness(light: Tensor, s: ToneSettings) -> float:
    """By how much a light's hue (its level does not count) goes beyond what is usual: 1 where it does not."""
    if len(light) == 1:
        return 1.0
    squared = sum(float(light @ axis / sigma) ** 2 for axis, sigma in _hues(light, s))
    return max(1.0, (s.light_tails + squared) / (s.light_tails + 2))


def _hues(like: Tensor, s: ToneSettings) -> list[tuple[Tensor, float]]:
    """The axes (3,) along which the hue of light varies, and how far."""
    return [(like.new_tensor(_WARM), s.warm_sigma), (like.new_tensor(_GREEN), s.green_sigma)]
