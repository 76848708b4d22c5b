"""How probable the sliders of an expression are: FaceScape's mixture of Gaussians, or else their usual spreads."""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import logsumexp

from ...geometry.arrays import Floats

STILL = 1e-3  # spread of a slider that nobody moves


class ExpressionPrior(Protocol):
    """A density over sliders (E,)."""

    def cost(self, sliders: Floats) -> tuple[float, Floats]:
        """Minus the logarithm of the density, and its gradient (E,)."""
        ...


class SliderMixture:
    """Gaussians of weights (G,), means (G, E) and covariances (G, E, E)."""

    def __init__(self, weights: Floats, means: Floats, covariances: Floats) -> None:
        self.weights, self.means, self.covariances = weights, means, covariances

    @cached_property
    def _roots(self) -> Floats:
        """(G, E, E) lower ones, whose product with a deviation has length one per sigma."""
        lower = np.linalg.cholesky(self.covariances)
        return np.stack([solve_triangular(root, np.eye(len(root)), lower=True) for root in lower])

    def cost(self, sliders: Floats) -> tuple[float, Floats]:
        """Minus the logarithm of the density, and its gradient (E,)."""
        deviations = np.einsum("gef,gf->ge", self._roots, sliders - self.means)
        heights = np.log(np.diagonal(self._roots, axis1=1, axis2=2)).sum(axis=1)
        logs = np.log(self.weights) + heights - 0.5 * (deviations**2).sum(axis=1)
        total = logsumexp(logs)
        gradient = np.einsum("g,gef,ge->f", np.exp(logs - total), self._roots, deviations)
        return 0.5 * len(sliders) * np.log(2 * np.pi) - float(total), gradient


class SliderSpread:
    """Sliders that rest at zero, each with its own spread (E,)."""

    def __init__(self, std: Floats) -> None:
        self.std = np.maximum(std, STILL)

    def cost(self, sliders: Floats) -> tuple[float, Floats]:
        """Minus the logarithm of the density up to a constant, and its gradient (E,)."""
        deviations = sliders / self.std
        return 0.5 * float(deviations @ deviations), deviations / self.std
