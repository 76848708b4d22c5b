"""A depth map without scale and place, laid on the fitted face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import LikenessError
from ...geometry.arrays import Bools, Floats, Floats32
from ..detail.picture import FacePicture
from .depth_map import DepthMap

_ROUNDS = 12  # of reweighting
_TOLERANCE = 0.002  # metres that a good map differs by: what is farther off counts less and less
_SCALES = (0.4, 2.5)  # times the size of a pixel, between which a map's unit must lie
_LEAST_EXPLAINED = 0.5  # share of the face's own relief that a map must tell; a wrong map tells none
_LEAST_PIXELS = 500


@dataclass(frozen=True)
class Aligned:
    """What a depth map says beyond the fitted face."""

    residual: (
        Floats32  # (H, W) metres nearer than the fitted surface, along the optical axis; 0 where it is not trusted
    )
    weight: Floats32  # (H, W) in [0, 1]
    explained: float  # share of the fitted face's relief that the map tells, in [0, 1]


def aligned(depth: DepthMap, picture: FacePicture, order: int, maker: str) -> Aligned:
    """Scale a map and bend it by a polynomial, so that it lies on the fitted surface as well as it can.

    Args:
        depth: the map.
        picture: the face with the fitted surface under it.
        order: of the polynomial across the picture: 1 for a map whose broad shape is believed, more for one that only
            tells what is finer.
        maker: for sentences, who made the map.

    Raises:
        LikenessError: the map is of another face or of none.
    """
    values, known = depth.over(picture)
    weight = (picture.trust * np.where(known > 0.99, known, 0.0)).astype(np.float32)
    inside = weight > 0.05
    if inside.sum() < _LEAST_PIXELS:
        raise LikenessError(f"{maker} tells the depth of too little of this face.")
    unit = picture.pixel * picture.scale[0] * depth.window.side / depth.window.resolution  # metres
    surface = -picture.depth[inside].astype(np.float64)
    columns = np.column_stack([unit * values[inside].astype(np.float64), _polynomial(inside, order)])
    solution = _robust(columns, surface, weight[inside].astype(np.float64))
    scale, explained = solution[0], _explained(columns, surface, weight[inside], solution)
    if not (_SCALES[0] < scale < _SCALES[1] and explained > _LEAST_EXPLAINED):
        raise LikenessError(f"What {maker} says of the depth of this face does not fit it.")
    residual = np.zeros_like(picture.depth)
    residual[inside] = columns @ solution - surface
    return Aligned(residual, weight, explained)


def _polynomial(inside: Bools, order: int) -> Floats:
    """The terms (P, T) of a polynomial over the pixels inside, whose range is [-1, 1]."""
    rows, columns = np.nonzero(inside)
    y, x = (2.0 * (n - n.min()) / max(np.ptp(n), 1) - 1.0 for n in (rows, columns))
    return np.column_stack([x**i * y**j for i in range(order + 1) for j in range(order + 1 - i)])


def _robust(columns: Floats, target: Floats, weight: Floats) -> Floats:
    """Least squares whose residuals beyond the tolerance count ever less (Cauchy's weights)."""
    robust = weight.copy()
    solution = np.zeros(columns.shape[1])
    for _ in range(_ROUNDS):
        root = np.sqrt(robust)[:, None]
        solution = np.linalg.lstsq(columns * root, target * root[:, 0], rcond=None)[0]
        robust = weight / (1.0 + ((columns @ solution - target) / _TOLERANCE) ** 2)
    return solution


def _explained(columns: Floats, target: Floats, weight: Floats, solution: Floats) -> float:
    """How much less is left with the map than with the polynomial alone, as a share of squares."""
    alone = columns[:, 1:] @ _robust(columns[:, 1:], target, weight)
    left, before = (float((weight * (guess - target) ** 2).sum()) for guess in (columns @ solution, alone))
    return 1.0 - left / max(before, 1e-12)
