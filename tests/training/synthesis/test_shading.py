"""A lit sphere against the analytic one."""

from __future__ import annotations

import torch
from likeness.inference.camera import Camera, intrinsics_from_focal
from likeness.inference.lighting import shade, uniform_light
from likeness.training.synthesis.shading import render
from torch import Tensor

SIZE = (96, 80)


def camera(like: Tensor) -> Camera:
    """Looks at the origin from 6 m away along -Z, upright."""
    upright = torch.diag(like.new_tensor([1.0, -1.0, -1.0]))
    return Camera(intrinsics_from_focal(200.0, SIZE, like), upright, like.new_tensor([0.0, 0.0, 6.0]), SIZE)


def test_uniform_light_shows_the_albedo(sphere: tuple[Tensor, Tensor]) -> None:
    vertices, triangles = sphere
    albedo = (vertices * 0.3 + 0.5).clamp(0, 1)
    picture = render(vertices[None], triangles, camera(vertices), albedo, uniform_light(0.5, vertices))
    colour, mask = picture.color[0], picture.mask[0]
    top, bottom, left, right = colour[15, 48], colour[65, 48], colour[40, 23], colour[40, 73]
    assert top[1] > bottom[1] + 0.15  # the model's Y is up in the picture
    assert right[0] > left[0] + 0.15  # and its X to the right
    torch.testing.assert_close(colour[40, 48], torch.tensor([0.25, 0.25, 0.4]).double(), rtol=0, atol=0.01)
    assert not colour[~mask].any()
    assert 0.2 < mask.double().mean() < 0.6


def test_pixels_follow_the_analytic_sphere(sphere: tuple[Tensor, Tensor]) -> None:
    vertices, triangles = sphere
    light = torch.randn(9, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    both = torch.stack([light, -light])
    picture = render(vertices.expand(2, -1, -1), triangles, camera(vertices), torch.ones_like(vertices), both)
    rows, columns = torch.meshgrid(torch.arange(SIZE[1]) + 0.5, torch.arange(SIZE[0]) + 0.5, indexing="ij")
    rays = torch.stack([(columns - 48) / 200, -(rows - 40) / 200, -torch.ones_like(rows)], -1).double()
    start, length = torch.tensor([0.0, 0.0, 6.0]).double(), rays.square().sum(-1)
    along = (rays @ start) / length
    root = (along.square() - (start @ start - 1.0) / length).clamp_min(0).sqrt()
    normals = start + rays * (-along - root)[..., None]
    inner = picture.mask[0] & (root > 0.5)  # away from the rim, where facets differ from the sphere
    assert inner.sum() > 1000
    torch.testing.assert_close(picture.normals[0][inner], normals[inner], rtol=0, atol=0.02)
    torch.testing.assert_close(picture.color[0][inner], shade(normals[inner], light), rtol=0, atol=0.1)
    torch.testing.assert_close(picture.color[1], -picture.color[0])


def test_gradients_reach_everything(sphere: tuple[Tensor, Tensor]) -> None:
    vertices, triangles = sphere
    inputs = [vertices[None].clone(), torch.full_like(vertices, 0.5), uniform_light(0.7, vertices)]
    shape, albedo, light = (value.requires_grad_() for value in inputs)
    render(shape, triangles, camera(vertices), albedo, light).color.square().sum().backward()
    for value in (shape, albedo, light):
        assert value.grad is not None
        assert torch.isfinite(value.grad).all()
        assert value.grad.abs().max() > 0
