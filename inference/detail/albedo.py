"""What of the picture is relief: brightness without the smooth shading, cast shadows, and what is only colour.

Logarithms throughout, so albedo and shading add. Brightness is read from the green channel: of a face the red one burns
out first and is blurred most under the skin, the blue one is the noisiest.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .picture import Picture

Floats = NDArray[np.float32]

GREEN = 1
_FAINTEST = 4e-3  # linear; below this a logarithm shows only noise
_CHROMA_NOISE = 0.014  # of log ratios after smoothing; keeps grey skin from being regressed on nothing
_COLOUR_REACH = 0.01  # metres, sigma of the window in which skin has one kind of colouring
_DARKEST = 0.03  # least shading; harmonics of hard light dip below zero


def relief_residual(picture: Picture, shading: Floats, reach: float, step: float) -> Floats:
    """Log brightness (H, W) that neither the smooth surface nor a change of the skin's colour explains.

    ``shading`` (H, W, 3) is the smooth surface's; ``reach`` (metres) is the coarsest relief kept, as the Gaussian's
    sigma; contrasts well above ``step`` are edges of cast shadows, lips, hair.
    """
    logs = np.log(np.maximum(picture.colours, _FAINTEST)) - np.log(np.maximum(shading, _DARKEST))
    logs[picture.depth <= 0.0] = 0.0
    fine = without_base(logs, picture.trust, reach / picture.pixel, step)
    return fine[..., GREEN] - colour_share(fine, picture.trust, _COLOUR_REACH / picture.pixel)


def without_base(logs: Floats, weight: Floats, sigma: float, step: float) -> Floats:
    """Channels (H, W, 3) less their edge-aware mean: a weighted guided filter (He et al. 2010) guided by green."""
    guide = logs[..., GREEN : GREEN + 1]
    known = np.maximum(_blur(weight, sigma), 1e-3)[..., None]

    def mean(x: Floats) -> Floats:
        return _blur(x * weight[..., None], sigma).reshape(x.shape) / known

    mean_guide, mean_logs = mean(guide), mean(logs)
    spread = mean(guide * guide) - mean_guide**2
    covariance = mean(guide * logs) - mean_guide * mean_logs
    slope = covariance / (spread + step**2)
    offset = mean_logs - slope * mean_guide
    return logs - mean(slope) * guide - mean(offset)


def colour_share(fine: Floats, weight: Floats, sigma: float) -> Floats:
    """The part (H, W) of the green brightness that goes with a change of colour: moles, freckles, redness, stubble.

    Light changes all channels alike; pigment and blood do not. One linear regression of brightness on chromaticity
    round every pixel (Gaussian window), because lips, cheeks and beards differ in what colours them.
    """
    known = np.maximum(_blur(weight, sigma), 1e-3)
    # Cameras and JPEG keep colour at half the resolution.
    red, blue = (_blur(fine[..., channel] - fine[..., GREEN], 1.0) for channel in (0, 2))
    green = fine[..., GREEN]
    average = [_blur(x * weight, sigma) / known for x in (red, blue, green)]

    def covariance(i: int, j: int) -> Floats:
        x, y = (red, blue, green)[i], (red, blue, green)[j]
        return _blur(x * y * weight, sigma) / known - average[i] * average[j]

    rr, bb, rb = covariance(0, 0) + _CHROMA_NOISE**2, covariance(1, 1) + _CHROMA_NOISE**2, covariance(0, 1)
    rg, bg = covariance(0, 2), covariance(1, 2)
    area = rr * bb - rb * rb
    return (red * (bb * rg - rb * bg) + blue * (rr * bg - rb * rg)) / area


def _blur(x: Floats, sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(x, (0, 0), sigma), np.float32)
