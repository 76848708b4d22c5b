"""What of the picture is relief: brightness without the smooth shading, cast shadows, and what is only colour.

Logarithms throughout, so albedo and shading add. Brightness is read from the green channel: of a face the red one burns
out first and is blurred most under the skin, the blue one is the noisiest.
"""

from __future__ import annotations

import cv2
import numpy as np

from ...geometry.arrays import Floats32
from ...geometry.smoothstep import smoothstep
from ..filters import blur, disc
from ..uv.blending import FAINTEST_HUE, log_colours
from .picture import FacePicture

GREEN = 1
_CHROMA_NOISE = 0.014  # of log ratios after smoothing; keeps grey skin from being regressed on nothing
_COLOUR_REACH = 0.01  # metres, sigma of the window in which skin has one kind of colouring
_HAIR = (0.6, 1.0)  # log contrast with the mean of the skin around; relief stays below


def log_reflectance(picture: FacePicture, shading: Floats32) -> Floats32:
    """Logarithm (H, W, 3) of what is left of the colours without the smooth surface's ``shading``; 0 off the face."""
    logs = log_colours(picture.colours, FAINTEST_HUE) - np.log(shading)
    return np.where(picture.depth[..., None] > 0.0, logs, 0.0).astype(np.float32)


def without_hair(logs: Floats32, weight: Floats32, sigma: float, reach: float) -> Floats32:
    """(H, W) 0 within ``reach`` pixels of what is darker than skin relief ever is, else 1.

    Strands, lashes, rims of glasses, nostrils: far darker than the Gaussian mean round them.
    """
    green = logs[..., GREEN]
    around = blur(green * weight, sigma) / np.maximum(blur(weight, sigma), 1e-3)
    radius = max(1, round(reach))
    skin = cv2.erode(1.0 - smoothstep(*_HAIR, around - green), disc(radius))
    return blur(np.asarray(skin, np.float32), 0.5 * radius)


def relief_residual(logs: Floats32, weight: Floats32, pixel: float, reach: float, step: float) -> Floats32:
    """Log brightness (H, W) that neither broad changes nor a change of the skin's colour explain.

    ``logs`` is `log_reflectance`, trusted where ``weight`` is; ``pixel`` and ``reach`` (the sigma of the coarsest
    relief kept) in metres; contrasts well above ``step`` are edges of cast shadows and lips.
    """
    fine = without_base(logs, weight, reach / pixel, step)
    return fine[..., GREEN] - colour_share(fine, weight, _COLOUR_REACH / pixel)


def without_base(logs: Floats32, weight: Floats32, sigma: float, step: float) -> Floats32:
    """Channels (H, W, 3) less their edge-aware mean: a weighted guided filter (He et al. 2010) guided by green."""
    guide = logs[..., GREEN : GREEN + 1]
    known = np.maximum(blur(weight, sigma), 1e-3)[..., None]

    def mean(x: Floats32) -> Floats32:
        return blur(x * weight[..., None], sigma).reshape(x.shape) / known

    mean_guide, mean_logs = mean(guide), mean(logs)
    spread = mean(guide * guide) - mean_guide**2
    covariance = mean(guide * logs) - mean_guide * mean_logs
    slope = covariance / (spread + step**2)
    offset = mean_logs - slope * mean_guide
    return logs - mean(slope) * guide - mean(offset)


def colour_share(fine: Floats32, weight: Floats32, sigma: float) -> Floats32:
    """The part (H, W) of the green brightness that goes with a change of colour: moles, freckles, redness, stubble.

    Light changes all channels alike; pigment and blood do not. One linear regression of brightness on chromaticity
    round every pixel (Gaussian window), because lips, cheeks and beards differ in what colours them.
    """
    known = np.maximum(blur(weight, sigma), 1e-3)
    # Cameras and JPEG keep colour at half the resolution.
    red, blue = (blur(fine[..., channel] - fine[..., GREEN], 1.0) for channel in (0, 2))
    green = fine[..., GREEN]
    average = [blur(x * weight, sigma) / known for x in (red, blue, green)]

    def covariance(i: int, j: int) -> Floats32:
        x, y = (red, blue, green)[i], (red, blue, green)[j]
        return blur(x * y * weight, sigma) / known - average[i] * average[j]

    rr, bb, rb = covariance(0, 0) + _CHROMA_NOISE**2, covariance(1, 1) + _CHROMA_NOISE**2, covariance(0, 1)
    rg, bg = covariance(0, 2), covariance(1, 2)
    area = rr * bb - rb * rb
    return (red * (bb * rg - rb * bg) + blue * (rr * bg - rb * rg)) / area
