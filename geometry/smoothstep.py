"""The soft step between two values."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def smoothstep(low: float, high: float, values: NDArray[Any]) -> NDArray[Any]:
    """0 at ``low`` and on its side, 1 at ``high`` and beyond, a cubic between; ``low`` may be the larger one."""
    t = np.clip((values - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)
