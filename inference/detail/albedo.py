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
_DARKEST = 0.03  # least shading; harmonics of hard light dip below zero


def relief_residual(picture: Picture, shading: Floats, reach: float, step: float) -> Floats:
    """Log brightness (H, W) that neither the smooth surface nor a change of the skin's colour explains.

    ``shading`` (H, W, 3) is the smooth surface's; ``reach`` (metres) is the coarsest relief kept, as the Gaussian's
    sigma; contrasts well above ``step`` are edges of cast shadows, lips, hair.
    """
    logs = np.log(np.maximum(picture.colours, _FAINTEST)) - np.log(np.maximum(shading, _DARKEST))
    logs[picture.depth <= 0.0] = 0.0
    fine = without_base(logs, picture.trust, reach / picture.pixel, step)
    return fine[..., GREEN] - colour_share(fine, picture.trust)


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


def colour_share(fine: Floats, weight: Floats, rounds: int = 5) -> Floats:
    """The part (H, W) of the green brightness that goes with a change of colour: moles, freckles, redness, lips.

    Light changes all channels alike; pigment and blood do not. One robust regression a photo.
    """
    chroma = np.stack([fine[..., 0] - fine[..., GREEN], fine[..., 2] - fine[..., GREEN]], axis=-1)
    chroma = cv2.GaussianBlur(chroma, (0, 0), 1.0)  # cameras and JPEG keep colour at half the resolution
    sure = weight > 0.5
    if sure.sum() < 100:
        return np.zeros(weight.shape, np.float32)
    x, y = chroma[sure].astype(np.float64), fine[..., GREEN][sure].astype(np.float64)
    trusted, slope = np.ones(len(y)), np.zeros(2)
    for _ in range(rounds):
        normal = (x * trusted[:, None]).T @ x + 1e-4 * trusted.sum() * np.eye(2)
        slope = np.linalg.solve(normal, (x * trusted[:, None]).T @ y)
        rest = np.abs(y - x @ slope)
        trusted = np.minimum(1.0, 1.5 * np.median(rest) / np.maximum(rest, 1e-6))
    return (chroma @ slope).astype(np.float32)


def _blur(x: Floats, sigma: float) -> Floats:
    return cv2.GaussianBlur(x, (0, 0), sigma)
