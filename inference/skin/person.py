"""Person or background: MediaPipe's selfie segmentation (a MobileNetV3 of 256 x 256 pixels)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from ...geometry.arrays import Floats32, Pixels
from ..detectors.mesh import quiet_stderr, solutions


def person_mask(pixels: Pixels) -> Floats32:
    """(H, W) in [0, 1]: the pixel of a picture (H, W, 3) sRGB belongs to a person."""
    with quiet_stderr():
        mask = _graph().process(np.ascontiguousarray(pixels)).segmentation_mask
    return np.clip(mask, 0, 1)


@lru_cache(maxsize=1)
def _graph() -> Any:
    return solutions().selfie_segmentation.SelfieSegmentation(model_selection=0)
