"""Linear systems of several photos of one face: unknowns that all share, and unknowns of each photo alone.

Photos meet in the shared unknowns only, so each photo's own ones are eliminated by themselves (Schur complement; Triggs
et al. 2000, section 6.1) and the work grows with the number of photos, not with its cube.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..positive_definite import solve_positive_definite


def shared_newton_step(systems: Sequence[tuple[Tensor, Tensor]], shared: int) -> tuple[Tensor, list[Tensor]]:
    """The Newton step of the sum of the photos' quadratic models.

    Args:
        systems: matrix (S + K, S + K) and gradient (S + K,) of each photo, shared unknowns first; K may differ.
        shared: S, how many unknowns the photos share.

    Returns:
        The step of the shared unknowns (S,) and of each photo's own (K,).
    """
    eliminated, reduced = [], []
    for matrix, gradient in systems:
        sides = torch.cat([matrix[:, :shared], gradient[:, None]], dim=1)
        coupling, own = matrix[:shared, shared:], matrix[shared:, shared:]
        solved = solve_positive_definite(own, sides[shared:])  # own unknowns per unit of each shared one, and alone
        reduced.append(sides[:shared] - coupling @ solved)
        eliminated.append(solved)
    total = torch.stack(reduced).sum(dim=0)
    step = -solve_positive_definite(total[:, :-1], total[:, -1:])[:, 0]
    return step, [-solved[:, -1] - solved[:, :-1] @ step for solved in eliminated]
