"""Fine detail from the shading of one photo: inverse rendering of the smooth fit (Guo et al., 3DFaceNet, PAMI 2018)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from ...bfm.face_model import FaceModel
from ...geometry.arrays import Floats32
from ...geometry.smoothstep import smoothstep
from ..fitting.face_fit import FaceFit
from ..images import Photo
from .acceptance import agreement, away_from_borders, line_share
from .albedo import log_reflectance, relief_residual, without_hair
from .baking import as_high_as_skin, baked
from .detail import Detail
from .height import Relief, occlusion_gain, relief, shading, solve
from .picture import FacePicture, face_picture, trusted_part

_HAIR_REACH = 0.0015  # metres beside a dark thing that are distrusted too
_FADE = (0.0, 0.5)  # trust over which relief fades in


@dataclass(frozen=True)
class ShapeFromShadingSettings:
    """Scales in metres of skin, so they hold for any photo."""

    reach: float = 0.002  # sigma of the coarsest relief that is looked for; the mesh has the rest
    step: float = 0.3  # log contrast above which an edge is a shadow's, a lip's or a hair's
    faintest: float = 0.03  # log contrast below which brightness is mostly grain and uneven colour
    strongest: float = 0.4  # log contrast no relief exceeds
    occlusion: float = 500.0  # log brightness lost per metre of depth in wholly diffuse light
    small: float = 2e3  # mu_1, 1 / m^2
    flat: float = 5e-6  # mu_2, m


def shape_from_shading(photo: Photo, model: FaceModel, fit: FaceFit, size: int, bare: Floats32 | None = None) -> Detail:
    """Displacement and normal map of ``size`` x ``size`` texels; ``fit.camera`` is the photo's.

    ``bare`` (T, T) is 1 where the photo shows skin without hair or glasses: there is no relief elsewhere. Maps finer
    than the picture that the relief is measured in are made at half their size, or a quarter, and enlarged.
    """
    picture = trusted_part(face_picture(photo, model, fit, bare))
    height = heights(picture, fit.light.detach().to("cpu", torch.float32), ShapeFromShadingSettings())
    return baked(height, picture, model, fit, size)


def heights(picture: FacePicture, light: torch.Tensor, settings: ShapeFromShadingSettings) -> Floats32:
    """Relief (H, W) in metres over the smooth surface under a light (9, 3): its folds, away from what is no skin."""
    evidence = _evidence(picture, light, settings)
    system, residual, trust = evidence.system, evidence.residual, evidence.trust
    height = solve(system, residual, trust, settings.small, settings.flat, picture.pixel)
    inside = (
        as_high_as_skin(height, picture.pixel) * smoothstep(*_FADE, trust) * away_from_borders(trust, picture.pixel)
    )
    return inside * line_share(inside, trust, picture.pixel)


def borne_out(height: Floats32, picture: FacePicture, light: torch.Tensor) -> Floats32:
    """A relief (H, W) that something else than shading has told, where the picture's brightness says the same."""
    evidence = _evidence(picture, light, ShapeFromShadingSettings())
    told = evidence.system.apply(height)
    return height * agreement(told, evidence.residual, evidence.trust, picture.pixel)


@dataclass(frozen=True)
class _Evidence:
    """What the picture says of relief."""

    system: Relief
    residual: Floats32  # (H, W) log brightness that only relief explains
    trust: Floats32  # (H, W)


def _evidence(picture: FacePicture, light: torch.Tensor, settings: ShapeFromShadingSettings) -> _Evidence:
    smooth = shading(picture, light)
    logs = log_reflectance(picture, smooth)
    trust = picture.trust * without_hair(
        logs, picture.trust, settings.reach / picture.pixel, _HAIR_REACH / picture.pixel
    )
    residual = relief_residual(logs, trust, picture.pixel, settings.reach, settings.step)
    residual = residual**3 / (residual**2 + settings.faintest**2)
    residual = settings.strongest * np.tanh(residual / settings.strongest)
    residual = np.where(trust > 0.0, residual, 0.0).astype(np.float32)
    return _Evidence(relief(picture, light, occlusion_gain(smooth, light, settings.occlusion)), residual, trust)
