"""The fast rasteriser against a naive double loop, analytic planes, and its own promises about edges."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from likeness.inference.rendering.rasterizer import Fragments, interpolate, rasterize, rasterize_uv
from torch import Tensor

SIZE = (17, 13)


def intrinsics(size: tuple[int, int] = SIZE, focal: float = 20.0) -> Tensor:
    return torch.tensor([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1]], dtype=torch.float64)


def naive(vertices: Tensor, triangles: Tensor, camera: Tensor, size: tuple[int, int], cull: bool) -> list[np.ndarray]:
    """Every pixel's ray against every triangle, in space; ids, barycentrics, depth."""
    width, height = size
    ids, weights, depth = np.full((height, width), -1), np.zeros((height, width, 3)), np.zeros((height, width))
    inverse = np.linalg.inv(camera.numpy())
    for row in range(height):
        for column in range(width):
            ray, best = inverse @ [column + 0.5, row + 0.5, 1.0], np.inf
            for number, triangle in enumerate(triangles.tolist()):
                corners = vertices[triangle].numpy()
                facing_away = np.linalg.det(corners) >= 0
                if (corners[:, 2] <= 1e-2).any() or (cull and facing_away):
                    continue
                mix = np.linalg.solve(corners.T, ray)
                z = 1.0 / mix.sum()
                if (mix >= 0).all() and z < best:
                    best, ids[row, column], depth[row, column] = z, number, z
                    weights[row, column] = mix / mix.sum()
    return [ids, weights, depth]


def soup(seed: int, count: int = 12) -> tuple[Tensor, Tensor]:
    """Random triangles, some partly outside the picture and some behind the camera."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform([-0.4, -0.4, 0.6], [0.4, 0.4, 1.2], (count, 1, 3))
    vertices = (centres + rng.uniform(-0.2, 0.2, (count, 3, 3))).reshape(-1, 3)
    vertices[rng.integers(0, 3 * count, 2), 2] *= -1
    return torch.from_numpy(vertices), torch.arange(3 * count).reshape(count, 3)


def grid(columns: int, rows: int, seed: int, jitter: float = 0.35) -> tuple[Tensor, Tensor]:
    """A jittered planar grid over [0, 1]^2: points (N, 2) and triangles, the border left straight."""
    rng = np.random.default_rng(seed)
    x, y = np.meshgrid(np.arange(columns + 1.0), np.arange(rows + 1.0))
    for axis, values in enumerate((x, y)):
        values[1:-1, 1:-1] += rng.uniform(-jitter, jitter, values.shape)[1:-1, 1:-1] * (axis + 1) / 2
    points = np.stack([x.ravel() / columns, y.ravel() / rows], 1)
    first = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
    a, b, c, d = first, first + 1, first + columns + 2, first + columns + 1
    return torch.from_numpy(points), torch.from_numpy(np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)]))


@pytest.mark.parametrize("cull", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_agrees_with_the_naive_reference(seed: int, cull: bool) -> None:
    vertices, triangles = soup(seed)
    found = rasterize(vertices[None], triangles, intrinsics()[None], SIZE, cull_backfaces=cull)
    ids, weights, depth = naive(vertices, triangles, intrinsics(), SIZE, cull)
    assert (ids >= 0).any() and (ids < 0).any()
    np.testing.assert_array_equal(found.triangle_ids[0].numpy(), ids)
    np.testing.assert_allclose(found.barycentrics[0].numpy(), weights, atol=1e-8)
    np.testing.assert_allclose(found.depth[0].numpy(), depth, atol=1e-9)
