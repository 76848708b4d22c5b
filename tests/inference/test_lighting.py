"""Spherical harmonics: orthonormal, with the derivatives that autograd finds."""

from __future__ import annotations

import math

import pytest
import torch
from likeness.inference.lighting import (
    LAMBERT_TRANSFER,
    SH_TERMS,
    sh_basis,
    sh_gradient,
    shade,
    to_view_frame,
    uniform_light,
)
from torch import Tensor


@pytest.fixture(scope="module")
def directions() -> Tensor:
    """Directions (N, 3) evenly spread over the sphere (Fibonacci lattice)."""
    index = torch.arange(20000, dtype=torch.float64) + 0.5
    z = 1 - 2 * index / len(index)
    turn = math.pi * (1 + math.sqrt(5)) * index
    ring = (1 - z**2).sqrt()
    return torch.stack([ring * turn.cos(), ring * turn.sin(), z], dim=-1)


def test_basis_is_orthonormal(directions: Tensor) -> None:
    basis = sh_basis(directions)
    products = basis.mT @ basis * (4 * math.pi / len(basis))
    torch.testing.assert_close(products, torch.eye(SH_TERMS).double(), rtol=0, atol=1e-3)


def test_gradient_is_autograds(directions: Tensor) -> None:
    some = directions[::2001]
    expected = torch.stack([torch.autograd.functional.jacobian(sh_basis, n) for n in some])
    torch.testing.assert_close(sh_gradient(some), expected)


def test_transfer_is_the_cosine_lobe(directions: Tensor) -> None:
    """Lambert's cosine, integrated against the harmonics, scales each band by its transfer (times pi)."""
    normal = torch.nn.functional.normalize(directions.new_tensor([0.3, -0.5, 0.8]), dim=0)
    cosine = (directions @ normal).clamp_min(0)
    lobe = (sh_basis(directions) * cosine[:, None]).sum(0) * (4 * math.pi / len(directions))
    expected = math.pi * directions.new_tensor(LAMBERT_TRANSFER) * sh_basis(normal)
    torch.testing.assert_close(lobe, expected, rtol=0, atol=2e-3)


def test_each_first_order_term_lights_its_own_side() -> None:
    """Terms 1, 2, 3 are y, z, x."""
    for term, axis in ((1, 1), (2, 2), (3, 0)):
        light = torch.zeros(SH_TERMS, 3)
        light[term] = 1.0
        towards = torch.eye(3)[axis]
        assert (shade(towards, light) > 0.4).all()
        assert (shade(-towards, light) < -0.4).all()
        assert not shade(torch.eye(3)[(axis + 1) % 3], light).any()


def test_uniform_light_is_the_same_from_everywhere(directions: Tensor) -> None:
    shading = shade(directions, uniform_light(0.7, directions))
    torch.testing.assert_close(shading, torch.full_like(shading, 0.7))
    batch = shade(directions[None, :50], torch.stack([uniform_light(level, directions) for level in (0.2, 0.4)]))
    torch.testing.assert_close(batch[:, 0, 0], directions.new_tensor([0.2, 0.4]))


def test_view_frame_has_y_up_and_z_to_the_viewer() -> None:
    up_and_towards = torch.tensor([0.1, -1.0, -2.0])  # in camera axes, OpenCV
    assert to_view_frame(up_and_towards).tolist() == pytest.approx([0.1, 1.0, 2.0])
