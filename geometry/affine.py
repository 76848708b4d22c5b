"""Points as weighted sums of others."""

from __future__ import annotations

import numpy as np

from .arrays import Floats


def affine_weights(points: Floats, target: Floats) -> Floats:
    """Least-norm weights (N,), summing to 1, of points (N, 3) whose weighted sum is the target (3,)."""
    system = np.concatenate([points, np.ones((len(points), 1))], axis=1).T
    return np.linalg.pinv(system) @ np.append(target, 1.0)
