"""From a line's number and the way along it to the height of skin: narrow valleys, broad ridges, nothing regular."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...geometry.arrays import Floats, Floats64, Ints
from ...geometry.smoothstep import smoothstep
from .layers import FoldLayer

_LATTICE = (61, 67)  # numbers of a noise before it repeats
_SHARP = 0.08  # how far the bottom of a valley is rounded, as a share of its height
_SHOULDER = 0.3  # height of the ridges beside a valley, as a share of its depth
_FINE = 2.37  # finer lines to a line; no whole number, so that they do not hide in the valleys


def fold_relief(phase: Floats, along: Floats, layer: FoldLayer, seed: int, irregular: float = 1.0) -> Floats64:
    """Height (N,) in metres where the ``phase`` (N,) counts lines and ``along`` (N,) is metres along them.

    ``irregular`` is how much lines wander, break off and differ: 0 has them all alike.
    """
    if layer.pebbled:
        return -layer.depth * _pits(phase, along / layer.spacing, seed)
    lines = _lines(phase, along, layer, seed, irregular)
    finer = _lines(_FINE * phase + 0.4, 1.7 * along, layer, seed + 1, irregular) if layer.fine else 0.0
    return layer.depth * (lines + layer.fine * irregular * finer)


def _lines(phase: Floats, along: Floats, layer: FoldLayer, seed: int, irregular: float) -> Floats64:
    """Heights with valleys of depth 1 where the phase is whole."""
    way = along / layer.length
    sway = _smooth_noise(seed, np.zeros_like(phase), 0.6 * way) - 0.5
    own = _smooth_noise(seed + 7, phase / 1.6, 1.3 * way) - 0.5
    phase = phase + irregular * layer.wander * (1.2 * sway + 1.6 * own)
    number = np.asarray(np.rint(phase), np.float64)
    beside = phase - number
    swing = np.sin(np.pi * beside)
    valley = ((1.0 - np.sqrt(swing**2 + _SHARP**2)) / (1.0 - _SHARP)).clip(0.0) ** layer.narrow
    bulge = _SHOULDER * swing**2 * (1.0 + layer.overhang * np.sin(2.0 * np.pi * beside))
    own_strength, next_strength = (
        _strength(line, way, layer, seed, irregular) for line in (number, number + np.where(beside < 0.0, -1.0, 1.0))
    )
    # A ridge belongs to the valleys on both sides of it.
    return bulge * _between(own_strength, next_strength, np.abs(beside)) - valley * own_strength


def _strength(number: Floats, way: Floats, layer: FoldLayer, seed: int, irregular: float) -> Floats64:
    """Depth (N,) of lines by number, 0 to 1."""
    strength = np.full(number.shape, layer.others)
    for line, known in layer.strengths.items():
        strength[number == line] = known
    lively = 0.15 + 0.85 * smoothstep(0.2, 0.7, _line_noise(seed + 3, number, way))
    return strength * (1.0 + irregular * (lively - 1.0))


def _pits(across: Floats, along: Floats, seed: int) -> Floats64:
    """Depths (N,) 0 to 1 of pits about 1 apart, as skin has them over a tight muscle."""
    # Two lattices askew to each other, so that no rows show.
    first = _smooth_noise(seed, 1.3 * across + 0.5 * along, 1.3 * along - 0.5 * across)
    second = _smooth_noise(seed + 1, 1.7 * across - 0.9 * along, 1.7 * along + 0.9 * across)
    return smoothstep(0.3, 0.8, 0.6 * first + 0.4 * second)


def _line_noise(seed: int, number: NDArray[Any], way: Floats) -> Floats64:
    """(N,) in [0, 1]: for each line its own numbers, which change over 1 of ``way``."""
    table = _table(seed)
    step = np.floor(way)
    row = number.astype(np.int64) % _LATTICE[0]
    return _between(table[row, _column(step)], table[row, _column(step + 1)], way - step)


def _smooth_noise(seed: int, x: Floats, y: Floats) -> Floats64:
    """(N,) in [0, 1], smooth over 1 of ``x`` and of ``y``."""
    step = np.floor(x)
    return _between(_line_noise(seed, step, y), _line_noise(seed, step + 1, y), x - step)


def _between(first: Floats, second: Floats, share: Floats) -> Floats64:
    return first + (second - first) * smoothstep(0.0, 1.0, share)


def _column(step: NDArray[Any]) -> Ints:
    return step.astype(np.int64) % _LATTICE[1]


def _table(seed: int) -> Floats64:
    return np.random.default_rng(seed).random(_LATTICE)
