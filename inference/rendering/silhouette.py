"""Soft silhouette: coverage that fades over a few pixels across the outline, with gradient to the outline's vertices.

The hard mask says inside or outside; the distance to the nearest outline edge, measured only for pixels near one, says
how far. A soft rasteriser (Liu et al., Soft Rasterizer, ICCV 2019) restricted to the outline, at a share of its cost.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..camera import project
from .rasterizer import NEAR, Fragments
from .scan import EMPTY, expand_runs, first_centre, nearest_owner

_OUTSIDE_STEP = 1.0  # pixels outwards from an edge where nothing may be drawn if the edge is on the outline


def triangle_edges(triangles: Tensor) -> Tensor:
    """Triangles (T, 3) -> (T, 3) number of the undirected edge from each corner to the next; once per mesh."""
    ends = torch.stack([triangles, triangles.roll(-1, 1)], dim=-1).sort(-1).values
    keys = ends[..., 0] * (triangles.max() + 1) + ends[..., 1]
    return torch.unique(keys, return_inverse=True)[1]


def soft_silhouette(
    camera_vertices: Tensor,
    triangles: Tensor,
    edges: Tensor,
    intrinsics: Tensor,
    fragments: Fragments,
    reach: float = 2.0,
) -> Tensor:
    """Coverage (B, H, W) in [0, 1]: 0.5 on the outline, 1 and 0 from ``reach`` pixels inside and outside on.

    Vertices (B, V, 3) in camera space with the ``fragments`` they were rasterised to (back faces culled);
    ``edges`` is `triangle_edges` of the triangles. Holes have an outline too; the picture's border is none.
    """
    mask = fragments.mask
    batch, height, width = mask.shape
    pixels = project(camera_vertices, intrinsics.expand(batch, 3, 3))
    image, start, end = _outline(pixels.detach(), camera_vertices.detach(), triangles, edges, mask)
    flat = pixels.reshape(-1, 2)
    first, last = (flat.index_select(0, image * pixels.shape[1] + corner) for corner in (start, end))
    with torch.no_grad():
        owners, targets = _fill_bands(first, last, image, (width, height), reach)
        distance = _distance(first, last, owners, targets, (width, height))
        winners = nearest_owner(owners, targets, distance, mask.numel())
    near = (winners != EMPTY).nonzero().squeeze(1)
    distance = _distance(first, last, winners.index_select(0, near), near, (width, height))
    hard = mask.reshape(-1).to(pixels.dtype)
    inside = hard.index_select(0, near) * 2.0 - 1.0
    depth = (inside * distance / reach).clamp(-1.0, 1.0)
    soft = 0.5 + 0.75 * depth - 0.25 * depth**3  # smoothstep: flat at both ends
    return hard.index_copy(0, near, soft).reshape(mask.shape)


@torch.no_grad()
def _outline(
    pixels: Tensor, camera_vertices: Tensor, triangles: Tensor, edges: Tensor, mask: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Picture, start and end vertex (N,) of every edge that separates the drawn surface from nothing."""
    batch, height, width = mask.shape
    corners = pixels.index_select(1, triangles.reshape(-1)).reshape(batch, -1, 3, 2)
    side, other = corners[:, :, 1] - corners[:, :, 0], corners[:, :, 2] - corners[:, :, 0]
    in_front = (camera_vertices[..., 2] > NEAR).index_select(1, triangles.reshape(-1)).reshape(batch, -1, 3).all(-1)
    front = (side[..., 0] * other[..., 1] - side[..., 1] * other[..., 0] < 0) & in_front
    uses = front[..., None].expand(-1, -1, 3).reshape(batch, -1).to(torch.int32)
    flat_edges = edges.reshape(1, -1).expand(batch, -1)
    count = uses.new_zeros(batch, int(edges.max()) + 1).scatter_add(1, flat_edges, uses)
    alone = (uses > 0) & (count.gather(1, flat_edges) == 1)  # a front face on this side, none beyond
    image, half_edge = alone.nonzero(as_tuple=True)
    start, end = (corner.reshape(-1)[half_edge] for corner in (triangles, triangles.roll(-1, 1)))
    first, last = pixels[image, start], pixels[image, end]
    along = last - first
    outwards = torch.stack([-along[:, 1], along[:, 0]], dim=-1) / along.norm(dim=-1, keepdim=True).clamp_min(1e-6)
    column, row = ((first + last) * 0.5 + outwards * _OUTSIDE_STEP).floor().clamp(-1, 1 << 20).long().unbind(-1)
    shown = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    free = shown & ~mask[image, row.clamp(0, height - 1), column.clamp(0, width - 1)]
    return image[free], start[free], end[free]


def _fill_bands(
    first: Tensor, last: Tensor, image: Tensor, image_size: tuple[int, int], reach: float
) -> tuple[Tensor, Tensor]:
    """Edges (N, 2) - (N, 2) in pixels -> every (edge, flat pixel) that may be within ``reach``."""
    width, height = image_size
    swap = (first[:, 1] > last[:, 1])[:, None]
    upper, lower = torch.where(swap, last, first), torch.where(swap, first, last)
    top, bottom = first_centre(upper[:, 1] - reach, height), first_centre(lower[:, 1] + reach, height)
    owners, rows = expand_runs((bottom - top).clamp_min(0), top)
    upper, lower = upper.index_select(0, owners), lower.index_select(0, owners)
    rise = (lower[:, 1] - upper[:, 1]).clamp_min(1e-6)
    centre = rows.to(first.dtype) + 0.5
    # The part of the edge within reach of this row, by its two ends.
    ends = [((centre + step - upper[:, 1]) / rise).clamp(0, 1) for step in (-reach, reach)]
    x = torch.stack([upper[:, 0] + end * (lower[:, 0] - upper[:, 0]) for end in ends])
    start, stop = first_centre(x.amin(0) - reach, width), first_centre(x.amax(0) + reach, width)
    base = (image.index_select(0, owners) * height + rows) * width + start
    spans, targets = expand_runs((stop - start).clamp_min(0), base)
    return owners.index_select(0, spans), targets


def _distance(first: Tensor, last: Tensor, chosen: Tensor, targets: Tensor, image_size: tuple[int, int]) -> Tensor:
    """Pixels (P,) from the centres of flat pixels (P,) to the chosen (P,) of the edges (N, 2) - (N, 2)."""
    width, height = image_size
    x, y = (targets % width).to(first.dtype) + 0.5, (targets // width % height).to(first.dtype) + 0.5
    x0, y0 = (axis.index_select(0, chosen) for axis in first.unbind(1))
    x1, y1 = (axis.index_select(0, chosen) for axis in last.unbind(1))
    dx, dy, px, py = x1 - x0, y1 - y0, x - x0, y - y0
    along = ((px * dx + py * dy) / (dx * dx + dy * dy).clamp_min(1e-12)).clamp(0, 1)
    rest_x, rest_y = px - along * dx, py - along * dy
    return (rest_x * rest_x + rest_y * rest_y + 1e-12).sqrt()
