"""Gaussian mixtures with weighted samples: what skin and not-skin look like in one photo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp, softmax

from ...geometry.arrays import Floats

STEPS = 4
SAMPLES = 3000  # per fit, drawn evenly: more changes nothing
FLOOR = 0.05  # added to every standard deviation, in the unit of the features


@dataclass(frozen=True)
class Mixture:
    """K Gaussians over D features."""

    share: Floats  # (K,) sums to 1
    mean: Floats  # (K, D)
    covariance: Floats  # (K, D, D)


def log_density(mixture: Mixture, samples: Floats) -> Floats:
    """Log density (N,) of samples (N, D)."""
    return logsumexp(_log_parts(mixture, samples), axis=0)


def fit_mixture(samples: Floats, weights: Floats, parts: int, start: Mixture | None = None) -> Mixture:
    """Expectation-maximisation on samples (N, D) with weights (N,) >= 0; ``start`` is improved where given."""
    rows = np.flatnonzero(weights > 1e-3)
    if len(rows) < 2 * parts:  # nearly nothing is known: start from everything
        rows = np.arange(len(samples))
    rows = rows[np.linspace(0, len(rows) - 1, min(SAMPLES, len(rows))).astype(int)]
    chosen, weight = samples[rows], weights[rows] + 1e-9
    mixture = start or _spread_out(chosen, weight, parts)
    for _ in range(STEPS):
        mixture = _from_memberships(chosen, softmax(_log_parts(mixture, chosen), axis=0) * weight)
    return mixture


def _log_parts(mixture: Mixture, samples: Floats) -> Floats:
    """Log of share x Gaussian density, (K, N).

    Each is a quadratic in the features, so one product with the list of monomials serves all the Gaussians.
    """
    rows, columns = np.triu_indices(samples.shape[1])
    precision = np.linalg.inv(mixture.covariance)
    quadratic = -np.where(rows == columns, 0.5, 1.0) * precision[:, rows, columns]
    linear = np.einsum("kde,ke->kd", precision, mixture.mean)
    volume = np.linalg.slogdet(2 * np.pi * mixture.covariance)[1]
    constant = np.log(mixture.share) - (volume + np.einsum("kd,kd->k", linear, mixture.mean)) / 2
    monomials = np.concatenate([samples[:, rows] * samples[:, columns], samples], axis=1).T
    weights = np.concatenate([quadratic, linear], axis=1).astype(samples.dtype)
    return weights @ monomials + constant.astype(samples.dtype)[:, None]


def _from_memberships(samples: Floats, belongs: Floats) -> Mixture:
    """Weighted samples (N, D) shared out by ``belongs`` (K, N)."""
    mass = belongs.sum(axis=1) + 1e-9
    mean = belongs @ samples / mass[:, None]
    away = samples[None] - mean[:, None]
    covariance = (belongs[:, :, None] * away).transpose(0, 2, 1) @ away / mass[:, None, None]
    return Mixture(mass / mass.sum(), mean, covariance + FLOOR**2 * np.eye(samples.shape[1]))


def _spread_out(samples: Floats, weight: Floats, parts: int) -> Mixture:
    """Start: the samples in equal shares along the first feature."""
    order = np.argsort(samples[:, 0])
    filled = np.cumsum(weight[order]) / weight.sum()
    belongs = np.zeros((parts, len(samples)))
    belongs[np.minimum((filled * parts).astype(int), parts - 1), order] = weight[order]
    return _from_memberships(samples, belongs)
