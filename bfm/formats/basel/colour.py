"""Colours of the Basel models, whose statistics were made of sRGB pictures, in linear light."""

from __future__ import annotations

import numpy as np

from ....geometry.arrays import Floats


def linear_colours(mean: Floats, basis: Floats) -> tuple[Floats, Floats]:
    """Mean (V, 3) and modes (A, V, 3) of sRGB colours in 0..1 as those of linear colours.

    The modes are right to first order: a mode's change of the sRGB colour times the slope of the curve at the mean.
    """
    colour = np.clip(mean, 0, 1)
    return srgb_to_linear(colour).astype(np.float32), basis * slope_of_srgb(colour).astype(np.float32)


def srgb_to_linear(colour: Floats) -> Floats:
    """Linear values of sRGB colours in [0, 1] (IEC 61966-2-1)."""
    return np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)


def slope_of_srgb(colour: Floats) -> Floats:
    """Derivative of ``srgb_to_linear``."""
    return np.where(colour <= 0.04045, 1 / 12.92, 2.4 / 1.055 * ((colour + 0.055) / 1.055) ** 1.4)
