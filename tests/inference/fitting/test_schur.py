"""The elimination of each photo's own unknowns against the whole system written out."""

from __future__ import annotations

import pytest
import torch
from likeness.inference.fitting.schur import shared_newton_step
from torch import Tensor


def systems(shared: int, own: tuple[int, ...], seed: int = 0) -> list[tuple[Tensor, Tensor]]:
    """Positive definite ones whose unknowns differ in scale by many powers of ten."""
    generator = torch.Generator().manual_seed(seed)
    found = []
    for count in own:
        size = shared + count
        root = torch.randn(size + 3, size, dtype=torch.float64, generator=generator)
        root = root * torch.logspace(-2, 3, size, dtype=torch.float64)
        found.append((root.mT @ root, torch.randn(size, dtype=torch.float64, generator=generator)))
    return found


def dense_step(photos: list[tuple[Tensor, Tensor]], shared: int) -> Tensor:
    """One big system: shared unknowns, then each photo's."""
    size = shared + sum(len(gradient) - shared for _, gradient in photos)
    matrix, right = torch.zeros(size, size, dtype=torch.float64), torch.zeros(size, dtype=torch.float64)
    start = shared
    for own_matrix, own_gradient in photos:
        ids = torch.cat([torch.arange(shared), torch.arange(start, start + len(own_gradient) - shared)])
        matrix[ids[:, None], ids] += own_matrix
        right[ids] += own_gradient
        start += len(own_gradient) - shared
    return -torch.linalg.solve(matrix, right)


@pytest.mark.parametrize(("shared", "own"), [(5, (4,)), (5, (4, 4, 4)), (1, (2, 7, 3)), (12, (6, 1))])
def test_it_is_the_dense_solution(shared: int, own: tuple[int, ...]) -> None:
    photos = systems(shared, own)
    step, steps = shared_newton_step(photos, shared)
    torch.testing.assert_close(torch.cat([step, *steps]), dense_step(photos, shared), rtol=1e-7, atol=1e-10)


def test_single_precision_survives_uneven_units() -> None:
    photos = systems(8, (6, 6), seed=1)
    step, steps = shared_newton_step([(matrix.float(), gradient.float()) for matrix, gradient in photos], 8)
    expected = dense_step(photos, 8)
    found = torch.cat([step, *steps]).double()
    assert float(((found - expected) / expected.abs().clamp_min(1e-6 * expected.abs().max())).abs().median()) < 1e-2


def test_the_order_of_photos_does_not_matter() -> None:
    photos = systems(4, (3, 5, 2))
    step, steps = shared_newton_step(photos, 4)
    again, reversed_steps = shared_newton_step(photos[::-1], 4)
    torch.testing.assert_close(step, again)
    for one, other in zip(steps, reversed_steps[::-1], strict=True):
        torch.testing.assert_close(one, other)
