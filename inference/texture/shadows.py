"""Shadows with a hard edge, which smooth light cannot explain: they are lifted, and what is too dark is given up.

A shadow darkens skin much and hardly changes its hue; a beard, a brow or a mole has a hue of its own. What is lifted is
the edge-preserving mean (a guided filter, He et al. 2010) of how much darker than the fitted albedo the skin is.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...geometry.arrays import Image
from ...geometry.smoothstep import smoothstep
from ..filters import disc
from ..uv.blending import by_rows, opponent, shrink

_SIDE = 256  # cells over the texture in which the filter works
_RADIUS = 8  # cells, half a window
_NARROW = 8  # cells, half a window: a seventh of a face's width
_EDGE = 0.15  # log contrast above which an edge is kept
_HUE = (0.25, 0.5)  # log chromaticity beside the skin's: surely a shadow, surely something else
_USUAL = 0.35  # log brightness by which skin differs from the model's with no shadow on it
_LIFTED = (1.2, 1.9)  # log brightness lost: what can be lifted, what is too dark to tell anything
_BORDER = (0.08, 0.3)  # change of the lift across a border's width: a border that shows through is given up
_BORDER_WIDTH = 1 / 128  # of the texture's side


@dataclass(frozen=True)
class Unshadowed:
    """Albedo (T, T, 3) without its shadows, and how much of it can still be believed (T, T)."""

    albedo: Image
    known: Image


def lift_shadows(albedo: Image, expected: Image, weight: Image) -> Unshadowed:
    """``albedo`` (T, T, 3), linear RGB, with its shadows lifted to the ``expected`` skin's.

    ``weight`` (T, T) is where it is seen and even skin, without brows, lips and eyes.
    """
    away = by_rows(lambda seen, usual: opponent(seen) - opponent(usual), albedo, expected)
    weight = weight * (1.0 - smoothstep(*_HUE, np.hypot(away[..., 1], away[..., 2])))
    loss = np.maximum(-_base(away[..., 0], weight), 0.0)
    lift = _broad(loss - _USUAL * np.tanh(loss / _USUAL)) * np.minimum(_spread(weight) * 4.0, 1.0)
    known = (1.0 - smoothstep(*_LIFTED, lift)) * (1.0 - smoothstep(*_BORDER, _steps(lift)))
    return Unshadowed(by_rows(lambda a, s: a * np.exp(s)[..., None], albedo, lift), known.astype(np.float32))


def _base(values: Image, weight: Image) -> Image:
    """The edge-preserving weighted mean (T, T) of ``values``: a guided filter guided by the values themselves."""
    pair, known = shrink(np.stack([values, values * values, values], axis=-1), weight, _SIDE)
    total = np.maximum(_mean(known), 1e-4)
    mean, square = (_mean(pair[..., i] * known) / total for i in range(2))
    variance = np.maximum(square - mean**2, 0.0)
    slope = variance / (variance + _EDGE**2)
    offset = (1.0 - slope) * mean
    slope, offset = (_mean(x * known) / total for x in (slope, offset))
    size = values.shape[::-1]
    slope, offset = (cv2.resize(x, size, interpolation=cv2.INTER_LINEAR) for x in (slope, offset))
    return slope * values + offset


def _broad(lift: Image) -> Image:
    """The lift (T, T) without what is narrower than a cast shadow: folds, brows and moustaches are the person's."""
    small = cv2.resize(lift, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    opened = cv2.dilate(cv2.morphologyEx(small, cv2.MORPH_OPEN, disc(_NARROW)), np.ones((5, 5), np.uint8))
    return np.minimum(lift, cv2.resize(opened, lift.shape[::-1], interpolation=cv2.INTER_LINEAR))


def _mean(values: Image) -> Image:
    return cv2.blur(values, (2 * _RADIUS + 1,) * 2)


def _spread(weight: Image) -> Image:
    """Weight carried a little beyond where it is: a shadow does not end at a brow."""
    small = cv2.resize(weight, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    return cv2.resize(_mean(small), weight.shape[::-1], interpolation=cv2.INTER_LINEAR)


def _steps(lift: Image) -> Image:
    """By how much the lift (T, T) changes within the width of a border."""
    width = max(3, round(_BORDER_WIDTH * len(lift)) | 1)
    smooth = cv2.blur(lift, (width, width))
    window = np.ones((width, width), np.uint8)
    return cv2.dilate(smooth, window) - cv2.erode(smooth, window)
