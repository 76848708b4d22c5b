from __future__ import annotations

import numpy as np
import pytest
from likeness.inference.facescape.expression_prior import ExpressionPrior, SliderMixture, SliderSpread
from scipy.optimize import approx_fprime
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

RANDOM = np.random.default_rng(0)
SIDES = RANDOM.normal(0, 1, (3, 4, 4))
WEIGHTS, MEANS = np.array([0.2, 0.5, 0.3]), RANDOM.uniform(0, 1, (3, 4))
COVARIANCES = SIDES @ SIDES.transpose(0, 2, 1) + 0.1 * np.eye(4)


@pytest.mark.parametrize("sliders", [np.zeros(4), np.array([0.2, 1.0, 0.0, 0.7])])
def test_the_mixture_is_that_of_statistics(sliders: np.ndarray) -> None:
    logs = [multivariate_normal(mean, cov).logpdf(sliders) for mean, cov in zip(MEANS, COVARIANCES, strict=True)]
    expected = -logsumexp(np.log(WEIGHTS) + logs)
    assert SliderMixture(WEIGHTS, MEANS, COVARIANCES).cost(sliders)[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    "prior", [SliderMixture(WEIGHTS, MEANS, COVARIANCES), SliderSpread(np.array([0.1, 0.5, 1.0, 0.0]))]
)
def test_gradients_are_slopes(prior: ExpressionPrior) -> None:
    sliders = np.array([0.3, 0.6, 0.1, 0.0])
    slope = approx_fprime(sliders, lambda values: prior.cost(values)[0], 1e-7)
    np.testing.assert_allclose(prior.cost(sliders)[1], slope, rtol=1e-4, atol=1)
    np.testing.assert_allclose(prior.cost(sliders)[1][:3], slope[:3], rtol=1e-4, atol=1e-4)


def test_far_from_all_people_the_mixture_still_tells_the_way_back() -> None:
    cost, gradient = SliderMixture(WEIGHTS, MEANS, COVARIANCES / 1e4).cost(np.full(4, 30.0))
    assert np.isfinite(cost)
    assert np.isfinite(gradient).all()
    assert np.abs(gradient).max() > 1e3
