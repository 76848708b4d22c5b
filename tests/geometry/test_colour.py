"""The transfer function of sRGB."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from likeness.geometry.colour import linear_to_srgb, slope_of_srgb, srgb_bytes, srgb_to_linear


def test_colour_curves_are_inverse_and_agree_for_numpy_and_torch() -> None:
    values = np.linspace(0, 1, 101)
    linear = srgb_to_linear(values)
    np.testing.assert_allclose(linear_to_srgb(linear), values, atol=1e-9)
    np.testing.assert_allclose(srgb_to_linear(torch.as_tensor(values)).numpy(), linear)
    np.testing.assert_allclose(
        srgb_to_linear(np.arange(256, dtype=np.uint8)), srgb_to_linear(np.arange(256) / 255), atol=1e-6
    )
    assert srgb_to_linear(np.array([0.5]))[0] == pytest.approx(0.21404, abs=1e-5)
    black = torch.zeros(1, requires_grad=True)
    (slope,) = torch.autograd.grad(linear_to_srgb(black).sum(), black)
    assert slope.item() == pytest.approx(12.92)


def test_bytes_are_the_same_in_numpy_and_torch() -> None:
    every = np.arange(256, dtype=np.uint8)
    np.testing.assert_allclose(srgb_to_linear(torch.from_numpy(every)).numpy(), srgb_to_linear(every), atol=1e-6)


def test_as_the_standard_says_value_by_value() -> None:
    values = np.array([0.0, 0.02, 0.0404, 0.0405, 0.3, 1.0])
    plain = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values.tolist()]
    np.testing.assert_allclose(srgb_to_linear(values), plain, rtol=1e-12)


def test_the_slope_is_the_derivative() -> None:
    values = torch.tensor([0.0, 0.01, 0.03, 0.2, 0.9], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(srgb_to_linear(values).sum(), values)
    np.testing.assert_allclose(slope_of_srgb(values.detach().numpy()), slope.numpy())


def test_bytes_of_a_table_are_the_rounded_ones() -> None:
    values = np.random.default_rng(0).uniform(-0.1, 1.1, (200, 100, 3)).astype(np.float32) ** 3
    exact = linear_to_srgb(np.clip(values.astype(np.float64), 0.0, 1.0)) * 255
    found = srgb_bytes(values)
    assert found.dtype == np.uint8
    assert np.abs(found - exact).max() < 0.54, "half a byte, and half a step of the table"
