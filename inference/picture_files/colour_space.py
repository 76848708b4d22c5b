"""Colour spaces that a file declares by numbers, and the way from them to sRGB.

Codes are those of ITU-T H.273, which PNG's cICP, AVIF and HEIC use. Perceptual quantiser and hybrid log-gamma are ITU-R
BT.2100's; their reference white, which becomes the white of sRGB, is that of ITU-R BT.2408.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...geometry.arrays import Floats, Floats32, Floats64, Pixels
from ...geometry.colour import srgb_bytes, srgb_to_linear

Curve = Callable[[Floats], Floats]
Chromaticities = tuple[tuple[float, float], ...]  # x, y of red, green, blue and white

REFERENCE_WHITE = 203.0  # nits
PQ_PEAK, HLG_PEAK, HLG_SYSTEM_GAMMA = 10_000.0, 1000.0, 1.2
SHOULDER = 0.6  # share of sRGB's white above which what is brighter than white is pressed together
SAME_CHROMATICITY, SAME_GAMMA = 0.005, 0.05  # what rounding and habit make of sRGB's own; the latter a share
D65, DCI_WHITE, C_WHITE, E_WHITE = (0.3127, 0.3290), (0.314, 0.351), (0.310, 0.316), (1 / 3, 1 / 3)
SRGB_PRIMARIES = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), D65)
ADOBE_PRIMARIES = ((0.640, 0.330), (0.210, 0.710), (0.150, 0.060), D65)
P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
SMPTE_C = ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), D65)
PRIMARIES: dict[int, Chromaticities] = {  # H.273, ColourPrimaries
    1: SRGB_PRIMARIES,
    4: ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), C_WHITE),
    5: ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), D65),
    6: SMPTE_C,
    7: SMPTE_C,
    8: ((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), C_WHITE),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), D65),
    10: ((1.0, 0.0), (0.0, 1.0), (0.0, 0.0), E_WHITE),
    11: (*P3, DCI_WHITE),
    12: (*P3, D65),
    22: ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), D65),
}
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def gamma(exponent: float) -> Curve:
    """The curve of a pure power; sRGB's own where the power is as good as its 2.2, by which files call it."""
    return srgb_to_linear if abs(exponent / 2.2 - 1) <= SAME_GAMMA else lambda signal: signal**exponent


def perceptual_quantiser(signal: Floats) -> Floats:
    """Signal in [0, 1] -> light, 1 being reference white."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = signal ** (1 / m2)
    return (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1) * (PQ_PEAK / REFERENCE_WHITE)


def hybrid_log_gamma(signal: Floats) -> Floats:
    """Signal in [0, 1] -> light of the scene in [0, 1], to which the system's gamma is still to come."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)


# H.273, TransferCharacteristics. Those of television are sRGB's here: stills that name them were made on such screens.
CURVES: dict[int, Curve] = {
    **dict.fromkeys((1, 6, 7, 11, 12, 13, 14, 15), srgb_to_linear),
    4: gamma(2.2),
    5: gamma(2.8),
    8: gamma(1.0),
    16: perceptual_quantiser,
    17: lambda signal: signal**2.6 * (52.37 / 48),
    18: hybrid_log_gamma,
}


@dataclass(frozen=True)
class ColourSpace:
    """Colours by the chromaticities of their primaries and white, and the curve from signal to light."""

    primaries: Chromaticities = SRGB_PRIMARIES
    curve: Curve = srgb_to_linear
    narrow: bool = False  # whether black and white are the 16 and 235 of television

    @property
    def is_srgb(self) -> bool:
        """Whether its numbers mean the same as sRGB's."""
        near = np.abs(np.subtract(self.primaries, SRGB_PRIMARIES)).max() <= SAME_CHROMATICITY
        return bool(near) and self.curve is srgb_to_linear and not self.narrow

    def to_srgb(self, values: NDArray[Any]) -> Pixels:
        """(H, W, 3) unsigned integers -> sRGB bytes; what is brighter than white is pressed into its range."""
        light = _light_of_codes(self.curve, self.narrow, np.dtype(values.dtype))[values]
        if self.curve is hybrid_log_gamma:
            scene = light @ xyz_of(self.primaries)[1].astype(np.float32)
            light *= (scene[..., None] + 1e-9) ** (HLG_SYSTEM_GAMMA - 1) * (HLG_PEAK / REFERENCE_WHITE)
        light = light @ to_srgb_matrix(self.primaries).T.astype(np.float32)
        if self.curve in (perceptual_quantiser, hybrid_log_gamma):
            light = _tone_mapped(light)
        return srgb_bytes(light)


ADOBE_RGB = ColourSpace(ADOBE_PRIMARIES, lambda signal: signal ** (563 / 256))


def coded(primaries: int, curve: int, full_range: bool = True) -> ColourSpace | None:
    """The colour space of two of H.273's codes, or None where they stand for nothing known."""
    if primaries not in PRIMARIES or curve not in CURVES:
        return None
    return ColourSpace(PRIMARIES[primaries], CURVES[curve], not full_range)


def xyz_of(primaries: Chromaticities) -> Floats64:
    """(3, 3) from linear RGB to CIE XYZ, white having Y = 1. Raises `LinAlgError` for primaries in a line."""
    red, green, blue, white = (np.array([x, y, 1 - x - y]) for x, y in primaries)
    columns = np.column_stack([red, green, blue])
    return columns * np.linalg.solve(columns, white / white[1])


def to_srgb_matrix(primaries: Chromaticities) -> Floats64:
    """(3, 3) from linear RGB of these primaries to that of sRGB, white to white (Bradford)."""
    here, there = xyz_of(primaries), xyz_of(SRGB_PRIMARIES)
    cones = BRADFORD @ np.column_stack([here.sum(axis=1), there.sum(axis=1)])
    adapted = np.linalg.inv(BRADFORD) @ np.diag(cones[:, 1] / cones[:, 0]) @ BRADFORD
    return np.linalg.inv(there) @ adapted @ here


def _tone_mapped(light: Floats32) -> Floats32:
    """Linear RGB of any brightness -> below 1, by its largest channel, so that hues stay."""
    peak = light.max(axis=-1, keepdims=True)
    room = 1 - SHOULDER
    pressed = SHOULDER + room * (1 - np.exp(-np.maximum(peak - SHOULDER, 0) / room))
    return light * np.where(peak > SHOULDER, pressed / np.maximum(peak, SHOULDER), 1)


@lru_cache(maxsize=4)
def _light_of_codes(curve: Curve, narrow: bool, kind: np.dtype[Any]) -> Floats32:
    """The light of each whole number that a channel can be."""
    bits = kind.itemsize * 8
    signal = np.arange(2**bits) / (2**bits - 1)
    if narrow:
        signal = (np.arange(2**bits) / 2 ** (bits - 8) - 16) / 219
    return np.asarray(curve(np.clip(signal, 0, 1)), np.float32)
