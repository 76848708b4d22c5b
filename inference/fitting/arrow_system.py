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
    first = systems[0][0]
    matrix, gradient = first.new_zeros(shared, shared), first.new_zeros(shared)
    eliminated = []
    for own_matrix, own_gradient in systems:
        corner, right = own_matrix[:shared, shared:], own_gradient[shared:]
        columns = torch.cat([corner.mT, right[:, None]], dim=1)
        solved = torch.linalg.solve(own_matrix[shared:, shared:], columns)  # own unknowns per unit of shared, and alone
        matrix += own_matrix[:shared, :shared] - corner @ solved[:, :-1]
        gradient += own_gradient[:shared] - corner @ solved[:, -1]
        eliminated.append(solved)
    step = -torch.linalg.solve(matrix, gradient)
    return step, [-solved[:, -1] - solved[:, :-1] @ step for solved in eliminated]
