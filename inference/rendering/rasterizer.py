"""Batched differentiable rasteriser in plain torch: CPU, CUDA and MPS, no compiled extension.

Which triangle a pixel shows is found without gradient: every triangle is cut into pixel rows, every row into the
pixels between its two edge crossings (a scanline fill, so cost follows the covered pixels and not the bounding
boxes), and the nearest of the candidates of a pixel wins in a z-buffer written by scatter. Crossings are half-open and
computed from the edge's upper end, so two triangles that share an edge compute the same number: no holes, no pixel
twice. Barycentrics and depth are then computed again, with gradient, for the covered pixels only.

Units: vertices in camera space (OpenCV axes, metres), intrinsics in pixels, pixel centres at +0.5.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..camera import project

EMPTY = -1
NEAR = 1e-2  # metres; a triangle with a corner nearer than this, or behind the camera, is dropped
_TINY_AREA = 1e-12  # square pixels; keeps the barycentrics of a sliver finite
_UV_CHUNK = 1 << 20  # pixels; bounds the memory of a 4096 x 4096 layout


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
    offsets = torch.arange(batch, device=triangles.device)[:, None, None]
    corners = (triangles + offsets * count).reshape(-1, 3)  # rows of `points`
    winners = _nearest_triangles(points.detach(), corners, batch, image_size, cull_backfaces)
    covered = (winners != EMPTY).nonzero().squeeze(1)
    weights = _barycentrics(_corner_points(points, corners, winners[covered]), _centres(covered, image_size, points))
    z = _corner_points(points[:, 2:], corners, winners[covered]).squeeze(-1)
    dense = points.new_zeros(winners.numel(), 4).index_copy(
        0, covered, torch.cat([weights, (weights * z).sum(-1, keepdim=True)], dim=-1)
    )
    dense = dense.reshape(batch, height, width, 4)
    ids = torch.where(winners == EMPTY, winners, winners % max(len(triangles), 1)).reshape(batch, height, width)
    return Fragments(ids, dense[..., :3], dense[..., 3])


@torch.no_grad()
def rasterize_uv(uv: Tensor, triangles_uv: Tensor, size: int) -> Fragments:
    """Texture points (U, 2) in [0, 1] and triangles (T, 3) -> the layout of a ``size`` x ``size`` texture, batch of 1.

    Row 0 is v = 1. Both windings are drawn; where charts overlap the triangle of the lower number wins. No gradient.
    """
    points = torch.stack([uv[:, 0] * size, (1.0 - uv[:, 1]) * size, torch.ones_like(uv[:, 0])], dim=-1)
    drawn = torch.arange(len(triangles_uv), device=uv.device)
    owners, pixels = _fill(_corner_points(points, triangles_uv, drawn), 1, (size, size))
    winners = _first_owner(owners, pixels, size * size)
    covered = (winners != EMPTY).nonzero().squeeze(1)
    weights = points.new_zeros(size * size, 3)
    for chunk in covered.split(_UV_CHUNK):
        corners = _corner_points(points, triangles_uv, winners[chunk])
        weights[chunk] = _barycentrics(corners, _centres(chunk, (size, size), points))
    ids = winners.reshape(1, size, size)
    return Fragments(ids, weights.reshape(1, size, size, 3), (ids != EMPTY).to(uv.dtype))


def interpolate(fragments: Fragments, triangles: Tensor, attributes: Tensor) -> Tensor:
    """Vertex attributes (B, V, C) or (V, C) -> pixels (B, H, W, C); zero where empty. Differentiable in both."""
    ids = fragments.triangle_ids
    batch, height, width = ids.shape
    attributes = attributes.expand(batch, *attributes.shape[-2:])
    vertex_count, channels = attributes.shape[1:]
    flat = ids.reshape(-1)
    covered = (flat != EMPTY).nonzero().squeeze(1)
    image = covered.div(height * width, rounding_mode="floor")
    corners = triangles[flat[covered]] + image[:, None] * vertex_count
    values = attributes.reshape(-1, channels).index_select(0, corners.reshape(-1)).reshape(-1, 3, channels)
    weights = fragments.barycentrics.reshape(-1, 3).index_select(0, covered)
    mixed = (weights[:, :, None] * values).sum(1)
    dense = mixed.new_zeros(flat.numel(), channels).index_copy(0, covered, mixed)
    return dense.reshape(batch, height, width, channels)


@torch.no_grad()
def _nearest_triangles(
    points: Tensor, corners: Tensor, batch: int, image_size: tuple[int, int], cull_backfaces: bool
) -> Tensor:
    """For each pixel (B * H * W,) the row of ``corners`` (B * T, 3) it shows, or -1; ``points`` are x, y, depth."""
    placed = _corner_points(points, corners, torch.arange(len(corners), device=corners.device))
    edge1, edge2 = placed[:, 1, :2] - placed[:, 0, :2], placed[:, 2, :2] - placed[:, 0, :2]
    area = edge1[:, 0] * edge2[:, 1] - edge1[:, 1] * edge2[:, 0]
    facing = area < 0 if cull_backfaces else area.abs() > 0  # pixels run down, so outside is clockwise
    drawn = (facing & (placed[..., 2] > NEAR).all(1)).nonzero().squeeze(1)
    placed = placed[drawn]
    image = drawn.div(max(len(corners) // batch, 1), rounding_mode="floor")
    owners, pixels = _fill(placed, batch, image_size, image)
    candidates = placed[owners]
    weights = _barycentrics(candidates, _centres(pixels, image_size, points))
    depth = (weights * candidates[..., 2]).sum(-1)
    nearest = depth.new_full((batch * image_size[0] * image_size[1],), torch.inf)
    nearest = nearest.scatter_reduce(0, pixels, depth, "amin")
    front = depth <= nearest[pixels]
    return _first_owner(drawn[owners[front]], pixels[front], len(nearest))


def _first_owner(owners: Tensor, pixels: Tensor, count: int) -> Tensor:
    """The lowest owner of each of ``count`` pixels, -1 for none; the same on every device, unlike a plain scatter."""
    nobody = torch.iinfo(torch.int32).max  # some devices reduce integers in 32 bits
    first = owners.new_full((count,), nobody).scatter_reduce(0, pixels, owners, "amin")
    return torch.where(first == nobody, EMPTY, first)


def _fill(
    placed: Tensor, batch: int, image_size: tuple[int, int], image: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Triangles (N, 3, 3) in pixels, of pictures ``image`` (N,) -> pairs of (triangle, flat pixel index) covered."""
    width, height = image_size
    x, y = placed[..., 0].T.contiguous(), placed[..., 1].T.contiguous()  # (3, N): reductions over corners are quick
    left, right = _first_centre(x.amin(0), width), _first_centre(x.amax(0), width)
    top, bottom = _first_centre(y.amin(0), height), _first_centre(y.amax(0), height)
    hit = ((right > left) & (bottom > top)).nonzero().squeeze(1)
    x, y, top, bottom = x[:, hit], y[:, hit], top[hit], bottom[hit]
    x_next, y_next = x.roll(-1, 0), y.roll(-1, 0)
    down = y <= y_next  # measure every edge from its upper end, so that its two triangles agree to the last bit
    upper_x, upper_y = torch.where(down, x, x_next), torch.where(down, y, y_next)
    lower_x, lower_y = torch.where(down, x_next, x), torch.where(down, y_next, y)
    slope = (lower_x - upper_x) / (lower_y - upper_y)
    row_owners, rows = _expand(bottom - top)
    rows = rows + top[row_owners]
    centre = rows.to(placed.dtype) + 0.5
    upper_y = upper_y[:, row_owners]
    crossing = upper_x[:, row_owners] + (centre - upper_y) * slope[:, row_owners]
    active = (upper_y <= centre) & (centre < lower_y[:, row_owners])
    start = _first_centre(torch.where(active, crossing, torch.inf).amin(0), width)
    stop = _first_centre(torch.where(active, crossing, -torch.inf).amax(0), width)
    span_owners, columns = _expand((stop - start).clamp_min(0))
    first = rows * width + start
    owners = hit[row_owners]
    if image is not None:
        first = first + image[owners] * (width * height)
    return owners[span_owners], first[span_owners] + columns


def _first_centre(edge: Tensor, limit: int) -> Tensor:
    """Index of the first pixel whose centre is at or past ``edge`` pixels, within [0, limit]."""
    return (edge - 0.5).ceil().clamp(0, limit).long()


def _expand(counts: Tensor) -> tuple[Tensor, Tensor]:
    """Counts (N,) -> for each of the sum of counts items its owner and its number within the owner."""
    owners = torch.repeat_interleave(counts)
    starts = counts.cumsum(0) - counts
    return owners, torch.arange(len(owners), device=counts.device) - starts[owners]


def _corner_points(points: Tensor, corners: Tensor, chosen: Tensor) -> Tensor:
    """Points (P, C) at the corners (T, 3) of the ``chosen`` (N,) triangles -> (N, 3, C)."""
    return points.index_select(0, corners[chosen].reshape(-1)).reshape(-1, 3, points.shape[-1])


def _centres(pixels: Tensor, image_size: tuple[int, int], like: Tensor) -> Tensor:
    """Flat pixel indices (N,) -> centres (N, 2) in pixels."""
    width, height = image_size
    rows = pixels.div(width, rounding_mode="floor") % height
    return torch.stack([pixels % width, rows], dim=-1).to(like.dtype) + 0.5


def _barycentrics(corners: Tensor, centres: Tensor) -> Tensor:
    """Perspective-correct barycentrics (N, 3) of pixel centres (N, 2) in triangles (N, 3, 3) of x, y, depth.

    Screen-space areas over depth, normalised (Heckbert and Moreton 1991). Corners are measured from the pixel first: in
    single precision the areas of small triangles far from the origin would cancel away.
    """
    x, y = (corners[..., :2] - centres[:, None]).unbind(-1)
    x_next, y_next, x_last, y_last = x.roll(-1, 1), y.roll(-1, 1), x.roll(-2, 1), y.roll(-2, 1)
    areas = x_next * y_last - x_last * y_next
    areas = areas * areas.detach().sum(1, keepdim=True).sign()
    weights = (areas.clamp_min(0.0) + _TINY_AREA) / corners[..., 2]
    return weights / weights.sum(1, keepdim=True)
