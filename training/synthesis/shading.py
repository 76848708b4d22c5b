"""Render a face with vertex albedo under spherical-harmonic light; differentiable in everything it is given."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import normalize

from ...inference.camera import Camera
from ...inference.lighting import shade, to_view_frame
from ...inference.rendering.normals import vertex_normals
from ...inference.rendering.rasterizer import Fragments, interpolate, rasterize


@dataclass(frozen=True)
class Rendering:
    """A rendered picture. Colour and normals are zero where nothing is seen."""

    color: Tensor  # (B, H, W, 3) linear RGB
    mask: Tensor  # (B, H, W) bool
    normals: Tensor  # (B, H, W, 3) unit, view frame
    fragments: Fragments


def render(vertices: Tensor, triangles: Tensor, camera: Camera, albedo: Tensor, light: Tensor) -> Rendering:
    """Vertices (B, V, 3) in model space, albedo (B, V, 3) or (V, 3) linear RGB, light (9, 3) or (B, 9, 3)."""
    placed = camera.to_camera(vertices)
    fragments = rasterize(placed, triangles, camera.intrinsics, camera.image_size)
    vertex_view = to_view_frame(vertex_normals(placed, triangles))
    normals = normalize(interpolate(fragments, triangles, vertex_view), dim=-1)
    shading = shade(normals.flatten(1, 2), light).reshape(normals.shape)
    color = interpolate(fragments, triangles, albedo) * shading
    return Rendering(color, fragments.mask, normals, fragments)
