"""Batched differentiable rasteriser in plain torch: CPU, CUDA and MPS, no compiled extension.

Which triangle a pixel shows is found without gradient, by a scanline fill and a z-buffer (`scan`). Barycentrics and
depth of the covered pixels are then computed with gradient.

Units: vertices in camera space (OpenCV axes, metres), intrinsics in pixels, pixel centres at +0.5.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..camera import project
from .scan import EMPTY, fill_triangles, first_centre, first_owner, nearest_owner

NEAR = 1e-2  # metres; a triangle with a corner nearer than this, or behind the camera, is dropped
_FLAT = 1e-10  # square pixels (twice the area) below which a triangle covers nothing
_BAND = 1 << 17  # pixels of a texture drawn at a time: stays in the cache and bounds the memory


@dataclass(frozen=True)
class Fragments:
    """What each pixel shows. Barycentrics and depth are zero where nothing is seen."""

    triangle_ids: Tensor  # (B, H, W) int64, -1 where empty
    barycentrics: Tensor  # (B, H, W, 3) perspective-correct, differentiable in the vertices and the intrinsics
    depth: Tensor  # (B, H, W) metres along the optical axis, differentiable likewise

    @property
    def mask(self) -> Tensor:
        """(B, H, W) bool: a triangle covers the pixel's centre."""
        return self.triangle_ids != EMPTY


def rasterize(
    camera_vertices: Tensor,
    triangles: Tensor,
    intrinsics: Tensor,
    image_size: tuple[int, int],
    cull_backfaces: bool = True,
) -> Fragments:
    """Camera-space vertices (B, V, 3), triangles (T, 3), intrinsics (3, 3) or (B, 3, 3) -> what pixels (w, h) show."""
    batch, count = camera_vertices.shape[:2]
    width, height = image_size
    pixels = project(camera_vertices, intrinsics.expand(batch, 3, 3))
    points = torch.cat([pixels, camera_vertices[..., 2:]], dim=-1).reshape(-1, 3)
    drawn, image = _drawn_triangles(points.detach(), triangles, batch, image_size, cull_backfaces)
    corners = _corners(points, triangles, drawn, image * count)
    planes = _planes(corners)
    with torch.no_grad():
        owners, targets = fill_triangles(corners, image, image_size)
        depth = _mix(planes.detach(), owners, targets, image_size)[3]
        winners = nearest_owner(owners, targets, depth, batch * width * height)
    covered = (winners != EMPTY).nonzero().squeeze(1)
    shown = winners.index_select(0, covered)
    mixed = _mix(planes, shown, covered, image_size)
    weights = points.new_zeros(len(winners), 3).index_copy(0, covered, mixed[:3].T)
    depth = points.new_zeros(len(winners)).index_copy(0, covered, mixed[3])
    ids = winners.index_copy(0, covered, drawn.index_select(0, shown)).reshape(batch, height, width)
    return Fragments(ids, weights.reshape(batch, height, width, 3), depth.reshape(batch, height, width))


@torch.no_grad()
def rasterize_uv(uv: Tensor, triangles_uv: Tensor, size: int) -> Fragments:
    """Texture points (U, 2) in [0, 1] and triangles (T, 3) -> the layout of a ``size`` x ``size`` texture, batch of 1.

    Row 0 is v = 1, depth is 1. Both windings are drawn; where charts overlap the triangle of the lower number wins.
    """
    points = torch.stack([uv[:, 0] * size, (1.0 - uv[:, 1]) * size, torch.ones_like(uv[:, 0])], dim=-1)
    ids = triangles_uv.new_full((size * size,), EMPTY)
    weights = points.new_zeros(size * size, 3)
    band = max(1, _BAND // size)
    for top in range(0, size, band):
        part = slice(top * size, (top + band) * size)
        shifted = points - points.new_tensor([0.0, top, 0.0])
        ids[part], weights[part] = _uv_band(shifted, triangles_uv, (size, min(band, size - top)))
    ids = ids.reshape(1, size, size)
    return Fragments(ids, weights.reshape(1, size, size, 3), (ids != EMPTY).to(uv.dtype))


def _uv_band(points: Tensor, triangles: Tensor, band_size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Triangle ids (N,) and barycentrics (N, 3) of the pixels of a band of rows (w, h)."""
    drawn, image = _drawn_triangles(points, triangles, 1, band_size, cull_backfaces=False)
    corners = _corners(points, triangles, drawn, image)
    winners = first_owner(*fill_triangles(corners, image, band_size), band_size[0] * band_size[1])
    covered = (winners != EMPTY).nonzero().squeeze(1)
    shown = winners.index_select(0, covered)
    weights = _mix(_planes(corners), shown, covered, band_size)[:3].T
    dense = points.new_zeros(len(winners), 3).index_copy_(0, covered, weights)
    return winners.index_copy_(0, covered, drawn.index_select(0, shown)), dense


def interpolate(fragments: Fragments, triangles: Tensor, attributes: Tensor) -> Tensor:
    """Vertex attributes (B, V, C) or (V, C) -> pixels (B, H, W, C); zero where empty. Differentiable in both."""
    batch, height, width = fragments.triangle_ids.shape
    attributes = attributes.expand(batch, *attributes.shape[-2:])
    vertex_count, channels = attributes.shape[1:]
    ids = fragments.triangle_ids.reshape(-1)
    covered = (ids != EMPTY).nonzero().squeeze(1)
    rows = triangles.index_select(0, ids.index_select(0, covered))
    if batch > 1:
        rows = rows + (covered.div(height * width, rounding_mode="floor") * vertex_count)[:, None]
    weights = fragments.barycentrics.reshape(-1, 3).index_select(0, covered)
    flat = attributes.reshape(-1, channels)
    corners = [flat.index_select(0, rows[:, k]) * weights[:, k, None] for k in range(3)]
    mixed = corners[0] + corners[1] + corners[2]
    dense = flat.new_zeros(len(ids), channels).index_copy(0, covered, mixed)
    return dense.reshape(batch, height, width, channels)


def _corners(points: Tensor, triangles: Tensor, chosen: Tensor, offsets: Tensor) -> Tensor:
    """Rows of ``points`` (P, C) at the corners of the chosen (N,) triangles, shifted by offsets (N,) -> (3, C, N)."""
    rows = triangles.index_select(0, chosen) + offsets[:, None]
    return points.index_select(0, rows.T.reshape(-1)).reshape(3, len(chosen), points.shape[1]).mT


@torch.no_grad()
def _drawn_triangles(
    points: Tensor, triangles: Tensor, batch: int, image_size: tuple[int, int], cull_backfaces: bool
) -> tuple[Tensor, Tensor]:
    """Numbers and pictures (N,) of the triangles that may cover a pixel centre; points (B * V, 3) are x, y, depth.

    Most triangles of a fine mesh lie between the pixel centres, so this saves most of the work.
    """
    offsets = torch.arange(batch, device=points.device)[:, None, None] * (len(points) // batch)
    rows = (triangles.T + offsets).reshape(-1)
    placed = torch.stack([axis.index_select(0, rows).reshape(batch, 3, -1) for axis in points.unbind(1)])
    x, y, z = placed.unbind(0)  # each (B, corner, T)
    area = (x[:, 1] - x[:, 0]) * (y[:, 2] - y[:, 0]) - (y[:, 1] - y[:, 0]) * (x[:, 2] - x[:, 0])
    facing = area < -_FLAT if cull_backfaces else area.abs() > _FLAT  # rows run down, so outside is clockwise
    low, high = placed[:2].amin(2), placed[:2].amax(2)
    spanned = [first_centre(high[axis], size) > first_centre(low[axis], size) for axis, size in enumerate(image_size)]
    image, drawn = (facing & (z.amin(1) > NEAR) & spanned[0] & spanned[1]).nonzero(as_tuple=True)
    return drawn, image


def _planes(corners: Tensor) -> Tensor:
    """Triangles (3, 3, N) of x, y, depth -> (9, N): first corner, screen gradients of two barycentrics, 1 / depths."""
    (x0, y0, z0), (x1, y1, z1), (x2, y2, z2) = (corner.unbind(0) for corner in corners.unbind(0))
    ax, ay, bx, by = x1 - x0, y1 - y0, x2 - x0, y2 - y0
    scale = 1.0 / (ax * by - ay * bx)
    return torch.stack([x0, y0, by * scale, -bx * scale, -ay * scale, ax * scale, 1.0 / z0, 1.0 / z1, 1.0 / z2])


def _mix(planes: Tensor, chosen: Tensor, pixels: Tensor, image_size: tuple[int, int]) -> Tensor:
    """Perspective-correct barycentrics and depth (4, P) at flat pixels (P,) of the chosen (P,) triangles' planes.

    Screen-space barycentrics over depth, normalised (Heckbert and Moreton 1991). They are measured from a corner of the
    triangle, for in single precision the areas of small triangles far from the origin would cancel away, and kept from
    falling below 0, so that a sliver cannot extrapolate.
    """
    width, height = image_size
    x0, y0, x1_gradient, y1_gradient, x2_gradient, y2_gradient, *inverse = planes.index_select(1, chosen).unbind(0)
    dx = (pixels % width).to(planes.dtype) + 0.5 - x0
    dy = (pixels.div(width, rounding_mode="floor") % height).to(planes.dtype) + 0.5 - y0
    second = dx * x1_gradient + dy * y1_gradient
    third = dx * x2_gradient + dy * y2_gradient
    screen = torch.stack([1.0 - second - third, second, third]).clamp_min(0.0)
    weights = screen * torch.stack(inverse)
    return torch.cat([weights, screen.sum(0, keepdim=True)]) / weights.sum(0)
