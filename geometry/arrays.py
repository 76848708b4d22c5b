"""The kinds of array, named once; docstrings and comments tell shapes and units."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]  # any precision
Floats32 = NDArray[np.float32]
Floats64 = NDArray[np.float64]
Ints = NDArray[np.integer[Any]]
Bools = NDArray[np.bool_]
Pixels = NDArray[np.uint8]  # (H, W) or (H, W, C) sRGB, 0 to 255
Image = NDArray[Any]  # (H, W) or (H, W, C) float32: what goes through OpenCV, whose own types do not tell
