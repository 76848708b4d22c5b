"""A closed sphere for the tests of rendering and shading."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

RINGS, SECTORS = 24, 32


@pytest.fixture(scope="session")
def sphere() -> tuple[Tensor, Tensor]:
    """Unit sphere: vertices (V, 3) float64 and triangles (T, 3), counter-clockwise from outside, poles on Y."""
    tilt, turn = torch.meshgrid(
        torch.arange(1, RINGS).double() / RINGS * math.pi,
        torch.arange(SECTORS).double() / SECTORS * 2 * math.pi,
        indexing="ij",
    )
    ring = torch.stack([tilt.sin() * turn.sin(), tilt.cos(), tilt.sin() * turn.cos()], -1).reshape(-1, 3)
    poles = torch.tensor([[0.0, 1.0, 0.0], [0.0, -1.0, 0.0]], dtype=torch.float64)
    here = torch.arange(SECTORS)
    after = (here + 1) % SECTORS
    first, last = torch.zeros_like(here), (RINGS - 2) * SECTORS
    parts = [torch.stack([first + len(ring), here, after], 1)]
    parts += [torch.stack([first + len(ring) + 1, last + after, last + here], 1)]
    for base in range(0, last, SECTORS):
        a, b, c, d = base + here, base + after, base + SECTORS + after, base + SECTORS + here
        parts += [torch.stack([a, d, c], 1), torch.stack([a, c, b], 1)]
    return torch.cat([ring, poles]), torch.cat(parts)
