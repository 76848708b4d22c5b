"""Colours of the Basel models, whose statistics were made of sRGB pictures, in linear light."""

from __future__ import annotations

import numpy as np

from ....geometry.arrays import Floats
from ....geometry.colour import slope_of_srgb, srgb_to_linear


def linear_colours(mean: Floats, basis: Floats) -> tuple[Floats, Floats]:
    """Mean (V, 3) and modes (A, V, 3) of sRGB colours in 0..1 as those of linear colours.

    The modes are right to first order: a mode's change of the sRGB colour times the slope of the curve at the mean.
    """
    colour = np.clip(mean, 0, 1)
    return srgb_to_linear(colour).astype(np.float32), basis * slope_of_srgb(colour).astype(np.float32)
