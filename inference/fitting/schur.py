"""Linear systems of several photos of one face: unknowns that all share, and unknowns of each photo alone.

The matrix looks like an arrow: photos meet in the shared unknowns only, so each photo's own ones are eliminated by
themselves (Schur complement; Triggs et al. 2000, section 6.1) and the work grows with the number of photos, not with
its cube.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def solve_arrow(systems: Sequence[tuple[Tensor, Tensor]], shared: int) -> tuple[Tensor, list[Tensor]]:
    """The Newton step of the sum of the photos' quadratic models.

    Args:
        systems: matrix (S + K, S + K) and gradient (S + K,) of each photo, shared unknowns first; K may differ.
        shared: S, how many unknowns the photos share.

    Returns:
        The step of the shared unknowns (S,) and of each photo's own (K,).
    """
    common = curvature_scale(torch.stack([matrix.diagonal()[:shared] for matrix, _ in systems]).sum(dim=0))
    scales = [torch.cat([common, curvature_scale(matrix.diagonal()[shared:])]) for matrix, _ in systems]
    matrix, gradient = torch.zeros_like(systems[0][0][:shared, :shared]), torch.zeros_like(systems[0][1][:shared])
    eliminated = []
    for (raw_matrix, raw_gradient), scale in zip(systems, scales, strict=True):
        whole, right = scale[:, None] * raw_matrix * scale, scale * raw_gradient
        corner = whole[:shared, shared:]
        columns = torch.cat([corner.mT, right[shared:, None]], dim=1)
        solved = torch.linalg.solve(whole[shared:, shared:], columns)  # own unknowns per unit of shared, and alone
        matrix += whole[:shared, :shared] - corner @ solved[:, :-1]
        gradient += right[:shared] - corner @ solved[:, -1]
        eliminated.append(solved)
    step = -torch.linalg.solve(matrix, gradient)
    own = [-solved[:, -1] - solved[:, :-1] @ step for solved in eliminated]
    return common * step, [scale[shared:] * one for scale, one in zip(scales, own, strict=True)]


def curvature_scale(curvature: Tensor) -> Tensor:
    """Factors that bring unknowns of these curvatures to one.

    Coefficients in sigmas, radians and metres differ by many powers of ten, which single precision would not survive
    with hundreds of modes.
    """
    return curvature.clamp_min(1e-30).rsqrt()
