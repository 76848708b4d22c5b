"""Normals point outwards, follow the analytic sphere and carry gradients."""

from __future__ import annotations

import torch
from likeness.inference.rendering.normals import face_normals, vertex_normals
from torch import Tensor


def test_sphere_normals_are_its_points(sphere: tuple[Tensor, Tensor]) -> None:
    vertices, triangles = sphere
    normals = vertex_normals(vertices[None], triangles)[0]
    assert (normals * vertices).sum(-1).min() > 0.999
    outwards = face_normals(vertices[None], triangles)[0]
    centres = vertices[triangles].mean(1)
    assert (outwards * centres).sum(-1).min() > 0.97


def test_micrometre_triangles_have_normals_and_empty_ones_none() -> None:
    small = torch.tensor([[0.0, 0.0, 0.0], [1e-6, 0.0, 0.0], [0.0, 1e-6, 0.0], [1e-6, 0.0, 0.0]])
    triangles = torch.tensor([[0, 1, 2], [0, 1, 3]])
    expected = torch.tensor([[0.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    torch.testing.assert_close(face_normals(small[None], triangles)[0], expected)


def test_vertex_normals_weigh_triangles_by_area() -> None:
    """A vertex between a large floor and a small wall leans towards the floor."""
    vertices = torch.tensor([[0.0, 0, 0], [3, 0, 0], [0, 3, 0], [1, 0, 0], [0, 0, 1]], dtype=torch.float64)
    normal = vertex_normals(vertices[None], torch.tensor([[0, 1, 2], [0, 3, 4]]))[0, 0]
    expected = torch.tensor([0.0, -1.0, 9.0], dtype=torch.float64)
    torch.testing.assert_close(normal, expected / expected.norm())


def test_gradients() -> None:
    vertices = torch.rand(2, 6, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(3), requires_grad=True)
    triangles = torch.tensor([[0, 1, 2], [2, 1, 3], [3, 4, 5]])
    assert torch.autograd.gradcheck(lambda v: (vertex_normals(v, triangles), face_normals(v, triangles)), (vertices,))
