"""What a camera and a file make of linear colours: exposure, blur, noise and JPEG."""

from __future__ import annotations

import cv2
import numpy as np

from ...geometry.arrays import Bools, Floats32, Pixels
from ...geometry.colour import LUMINANCE, srgb_bytes
from ...inference.filters import blur

_EXPOSED = (0.12, 0.42)  # linear level at which a face is exposed
_QUALITY = (55, 98)  # of the JPEG


def photographed(colours: Floats32, face: Bools, rng: np.random.Generator) -> Pixels:
    """Linear RGB (S, S, 3) exposed for where the face is (S, S) -> sRGB bytes."""
    level = float(np.median((colours @ LUMINANCE)[face])) if face.any() else 1.0
    exposed = colours * np.float32(rng.uniform(*_EXPOSED) / max(level, 1e-4))
    balance = np.exp(rng.normal(0.0, 0.06, 3)).astype(np.float32)
    exposed = exposed * balance
    sigma = rng.uniform(0.0, 0.9)
    if sigma > 0.3:
        exposed = blur(exposed, sigma)
    grain = rng.uniform(0.0, 0.02)
    exposed = exposed + grain * np.sqrt(np.maximum(exposed, 0.0) + 0.01) * rng.standard_normal(
        exposed.shape, np.float32
    )
    pixels = srgb_bytes(exposed)
    _, packed = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(*_QUALITY))])
    return np.ascontiguousarray(cv2.imdecode(packed, cv2.IMREAD_COLOR)[..., ::-1], np.uint8)
