"""Losses on depth: on surfaces whose normals, light and detail are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from likeness.inference.lighting import shade, uniform_light
from likeness.training.networks.losses import (
    fitted_light,
    inner,
    normal_loss,
    normals,
    shading_loss,
    slope_loss,
    without_broad,
)
from torch import Tensor

SIDE = 48


def plane(across: float, down: float) -> Tensor:
    rows, columns = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    return (across * columns + down * rows).float()[None, None]


def hill(height: float) -> Tensor:
    at = torch.linspace(-1.0, 1.0, SIDE)
    return (20.0 * height * torch.exp(-(at[:, None] ** 2 + at**2) / 0.3))[None, None]


def waves(height: float) -> Tensor:
    at = torch.arange(SIDE).float()
    return (height * torch.sin(at[None, :] * 1.3) * torch.sin(at[:, None] * 1.1))[None, None]


EVERYWHERE = torch.ones(1, 1, SIDE, SIDE)


def test_normals_of_a_slope_lean_away_from_it() -> None:
    """Nearer to the right: it faces left; nearer below: it faces up."""
    found = normals(plane(1.0, 0.5))[0, :, 5, 5]
    assert torch.allclose(found, torch.tensor([-1.0, 0.5, 1.0]) / 1.5)


def test_truth_has_no_loss_and_a_wrong_slope_has() -> None:
    truth = hill(1.0)
    assert normal_loss(truth, truth, EVERYWHERE) < 1e-6
    assert slope_loss(truth + 3.0, truth, EVERYWHERE) < 1e-5  # where it is as a whole is another loss's
    assert normal_loss(plane(1.0, 0.0), plane(0.0, 0.0), EVERYWHERE) == pytest.approx(1.0 - 0.5**0.5, abs=1e-5)
    assert slope_loss(plane(0.2, 0.1), plane(0.0, 0.0), EVERYWHERE) == pytest.approx(0.3, abs=1e-5)


def test_nothing_beyond_the_mask_counts() -> None:
    mask = EVERYWHERE.clone()
    mask[..., 20:] = 0.0
    wild = hill(1.0)
    wild[..., 20:] = 1e4
    assert slope_loss(wild, hill(1.0), mask) == 0.0
    assert inner(mask)[..., 19].sum() == 0
    assert inner(mask)[0, 0, :-1, :19].all()


def test_what_is_broad_goes_and_what_is_fine_stays() -> None:
    broad, fine = plane(0.3, 0.2), waves(0.5)
    left = without_broad(broad + fine, EVERYWHERE, 4)[..., 6:-6, 6:-6]
    kept = fine[..., 6:-6, 6:-6]
    assert np.corrcoef(left.flatten(), kept.flatten())[0, 1] > 0.95
    assert without_broad(broad, EVERYWHERE, 4)[..., 6:-6, 6:-6].abs().max() < 1e-4


def lit(surface: Tensor, light: Tensor) -> Tensor:
    return shade(normals(surface).movedim(1, -1), light).mean(dim=-1)[:, None]


@pytest.fixture
def light() -> Tensor:
    light = uniform_light(0.6, torch.zeros(1))
    light[1:4] += torch.tensor([[0.3], [0.2], [-0.4]])
    return light


def test_the_light_is_found_on_a_known_surface(light: Tensor) -> None:
    surface = hill(1.0)
    found = fitted_light(normals(surface), lit(surface, light), EVERYWHERE)
    again = shade(normals(surface).movedim(1, -1), found[0, :, None].expand(-1, 3)).mean(dim=-1)
    assert (again - lit(surface, light)[:, 0]).abs().mean() < 0.01


def test_shading_prefers_the_true_relief(light: Tensor) -> None:
    """Whatever the albedo's broad changes; and its gradient leads to the relief."""
    smooth, relief = hill(1.0), waves(0.4)
    albedo = 0.3 + 0.2 * torch.sigmoid(plane(0.05, 0.0))
    grey = albedo * lit(smooth + relief, light)
    right, none, wrong = (
        float(shading_loss(smooth + share * relief, grey, smooth, EVERYWHERE, 3)) for share in (1.0, 0.0, -1.0)
    )
    assert right < 0.4 * none
    assert none < wrong
    start = torch.zeros_like(relief).requires_grad_()
    shading_loss(smooth + start, grey, smooth, EVERYWHERE, 3).backward()
    assert start.grad is not None
    assert float((start.grad * relief).sum()) < 0.0
