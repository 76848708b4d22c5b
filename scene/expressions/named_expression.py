"""What a face shows, said with its named shapes alone: the numbered ones mean nothing to another model."""

from __future__ import annotations

import bpy
import numpy as np

from ...anatomy.arkit import NUMBERED
from ...geometry.arrays import Floats
from ..read_mesh import key_vertices, neutral_vertices
from ..shape_keys import expression_keys
from .expression import expression_of

ENOUGH_VERTICES = 6000  # of a denser mesh only so many are compared: shapes are smooth
# Weight of the sliders' squares, over the mean square of a shape: named shapes overlap, and without it one could grow
# while another shrinks to make up for it.
RIDGE = 1e-2
SWEEPS = 100


def named_expression(face: bpy.types.Object) -> dict[str, float]:
    """Values of the named keys, each within its slider's range, that together come closest to what the face shows.

    Least squares over the vertices; a face whose numbered keys are all at 0 gets its own values back.
    """
    values = expression_of(face)
    named = [key for key in expression_keys(face) if not NUMBERED.fullmatch(key.name)]
    numbered = [key for key in expression_keys(face) if NUMBERED.fullmatch(key.name) and key.value]
    own = {key.name: values[key.name] for key in named}
    if not named or not numbered:
        return own
    neutral = neutral_vertices(face)
    every = slice(None, None, max(1, len(neutral) // ENOUGH_VERTICES))
    moves, basis = (
        np.stack([(key_vertices(key) - neutral)[every].ravel() for key in keys]) for keys in (named, numbered)
    )
    target = np.array([key.value for key in numbered]) @ basis
    low = np.array([key.slider_min for key in named])
    high = np.array([key.slider_max for key in named])
    added = _least_squares(moves, target, low - list(own.values()), high - list(own.values()))
    return {name: float(value + more) for (name, value), more in zip(own.items(), added, strict=True)}


def _least_squares(moves: Floats, target: Floats, low: Floats, high: Floats) -> Floats:
    """Weights (K,) of ``moves`` (K, N) between ``low`` and ``high`` whose sum is nearest to ``target`` (N,).

    By coordinate descent: each weight in turn takes its best value while the others stay.
    """
    gram = moves.astype(np.float64) @ moves.T
    gram += RIDGE * gram.diagonal().mean() * np.eye(len(gram))
    wanted = moves @ target
    weights = np.zeros(len(moves))
    for _ in range(SWEEPS):
        for k in range(len(weights)):
            step = (wanted[k] - gram[k] @ weights) / gram[k, k]
            weights[k] = min(max(weights[k] + step, low[k]), high[k])
    return weights
