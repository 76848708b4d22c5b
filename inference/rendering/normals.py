"""Normals of triangle meshes with gradients: (B, V, 3) vertices, (T, 3) triangles counter-clockwise from outside.

The PyTorch twin of `geometry.normals`.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import normalize


def face_normals(vertices: Tensor, triangles: Tensor) -> Tensor:
    """Unit normals (B, T, 3) that point outwards; zero for a triangle without area."""
    return normalize(_area_normals(vertices, triangles), dim=-1, eps=_eps(vertices))


def vertex_normals(vertices: Tensor, triangles: Tensor) -> Tensor:
    """Unit normals (B, V, 3): the area-weighted mean over the triangles round a vertex; zero for a lone vertex."""
    return mean_at_vertices(_area_normals(vertices, triangles), triangles, vertices)


def mean_at_vertices(flat: Tensor, triangles: Tensor, vertices: Tensor) -> Tensor:
    """Unit vectors (B, V, 3) along the sums of ``flat`` (B, T, 3) over the triangles round each vertex; or zero."""
    total = torch.zeros_like(vertices)
    for corner in triangles.unbind(1):
        total = total.index_add(1, corner, flat)
    return normalize(total, dim=-1, eps=_eps(vertices))


def _area_normals(vertices: Tensor, triangles: Tensor) -> Tensor:
    a, b, c = (vertices.index_select(1, corner) for corner in triangles.unbind(1))
    return torch.linalg.cross(b - a, c - a)


def _eps(vertices: Tensor) -> float:
    """Below this an area (square metres) is none; a micrometre-sized triangle still has a normal."""
    return 1e-16 if vertices.dtype != torch.float64 else 1e-24
