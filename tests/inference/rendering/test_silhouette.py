"""The soft silhouette against analytic distances, areas and finite differences."""

from __future__ import annotations

import math

import torch
from likeness.inference.camera import intrinsics_from_focal
from likeness.inference.rendering.rasterizer import rasterize
from likeness.inference.rendering.silhouette import soft_silhouette, triangle_edges
from torch import Tensor

SIZE = (40, 32)
QUAD = torch.tensor([[0, 2, 1], [0, 3, 2]])  # counter-clockwise for corners that go clockwise in the picture


def rectangle(left: float, top: float, right: float, bottom: float, depth: float) -> Tensor:
    """Corners (4, 3) in camera space of the rectangle given in pixels."""
    pixels = torch.tensor([[left, top], [right, top], [right, bottom], [left, bottom]]).double()
    return torch.cat([(pixels - torch.tensor([20.0, 16.0])) / 50 * depth, torch.full((4, 1), depth).double()], -1)


def soft(vertices: Tensor, triangles: Tensor, reach: float, size: tuple[int, int] = SIZE, focal: float = 50) -> Tensor:
    camera = intrinsics_from_focal(focal, size, vertices)
    fragments = rasterize(vertices, triangles, camera, size)
    return soft_silhouette(vertices, triangles, triangle_edges(triangles), camera, fragments, reach)


def test_rectangle_fades_by_its_distance_to_the_border() -> None:
    found = soft(rectangle(10.3, 8.2, 30.1, 24.4, 1.0)[None], QUAD, 3.0)[0]
    y, x = torch.meshgrid(torch.arange(32) + 0.5, torch.arange(40) + 0.5, indexing="ij")
    outside = torch.stack([10.3 - x, x - 30.1, 8.2 - y, y - 24.4]).double()
    away = outside[0:2].amax(0).clamp_min(0).hypot(outside[2:4].amax(0).clamp_min(0))
    depth = (torch.where(away > 0, -away, -outside.amax(0)) / 3.0).clamp(-1, 1)
    torch.testing.assert_close(found, 0.5 + 0.75 * depth - 0.25 * depth**3, rtol=0, atol=1e-5)


def test_inner_contours_are_no_silhouette() -> None:
    """A card floating in front of a larger one: its border lies within the drawn area."""
    back, front = rectangle(6, 5, 34, 27, 1.0), rectangle(14, 11, 26, 20, 0.7)
    both = torch.cat([back, front])[None]
    found = soft(both, torch.cat([QUAD, QUAD + 4]), 2.0)
    torch.testing.assert_close(found, soft(back[None], QUAD, 2.0))


def test_gradients_match_finite_differences() -> None:
    vertices = torch.cat([rectangle(10.3, 8.2, 30.1, 24.4, 1.0), rectangle(28.2, 5.1, 35.3, 12.7, 0.8)])[None]
    triangles = torch.cat([QUAD, QUAD + 4])
    vertices.requires_grad_()
    assert torch.autograd.gradcheck(lambda v: soft(v, triangles, 2.5), (vertices,), eps=1e-7, atol=1e-5, fast_mode=True)


def test_coverage_sums_to_the_area_and_grows_with_it(sphere: tuple[Tensor, Tensor]) -> None:
    """Of a sphere's disc: the sum of coverage is its area, and its gradient the area's."""
    vertices, triangles = sphere
    scale = torch.tensor(0.1, dtype=torch.float64, requires_grad=True)
    placed = vertices * scale + torch.tensor([0.0, 0.0, 1.0])
    total = soft(placed[None], triangles, 1.5, (96, 96), 300.0).sum()
    total.backward()
    radius = 300 * 0.1 / math.sqrt(1 - 0.1**2)
    assert abs(total.item() / (math.pi * radius**2) - 1) < 0.01
    assert scale.grad is not None
    growth = 2 * math.pi * radius * 300 / (1 - 0.1**2) ** 1.5
    assert abs(scale.grad.item() / growth - 1) < 0.02


def test_batch_and_picture_border() -> None:
    """The part beyond the picture changes nothing, and the border of the picture is not an outline."""
    large, small = rectangle(-30, 8.2, 70, 24.4, 1.0), rectangle(10.3, 8.2, 30.1, 24.4, 1.0)
    found = soft(torch.stack([large, small]), QUAD, 2.0)
    torch.testing.assert_close(found[1], soft(small[None], QUAD, 2.0)[0])
    assert torch.equal(found[0], found[0, :, :1].expand(-1, 40))


def test_an_empty_picture_is_zero() -> None:
    hidden = (rectangle(10, 8, 30, 24, 1.0) * torch.tensor([1.0, 1.0, -1.0]))[None].requires_grad_()
    found = soft(hidden, QUAD, 2.0)
    assert not found.any()
