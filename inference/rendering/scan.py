"""Scan conversion: which pixels a triangle covers, and which of several owners of a pixel is the nearest.

Every triangle is cut into pixel rows and every row into the pixels between its two edge crossings, so cost follows the
covered pixels and not the bounding boxes. Crossings are half-open and measured from the edge's upper end, so two
triangles that share an edge compute the same number to the last bit: no holes, no pixel twice. Nothing here carries
gradients; "flat pixel" is ``(picture * height + row) * width + column``.
"""

from __future__ import annotations

import torch
from torch import Tensor

EMPTY = -1


@torch.no_grad()
def fill_triangles(corners: Tensor, image: Tensor, image_size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Triangles (3, 2+, N) in pixels, of pictures ``image`` (N,) -> every pair of (triangle, flat pixel it covers)."""
    width, height = image_size
    x, y = corners[:, 0].contiguous(), corners[:, 1].contiguous()
    top, bottom = first_centre(y.amin(0), height), first_centre(y.amax(0), height)
    x_next, y_next = x.roll(-1, 0), y.roll(-1, 0)
    down = y <= y_next  # measure every edge from its upper end, so that its two triangles agree to the last bit
    upper_x, upper_y = torch.where(down, x, x_next), torch.where(down, y, y_next)
    lower_x, lower_y = torch.where(down, x_next, x), torch.where(down, y_next, y)
    slope = (lower_x - upper_x) / (lower_y - upper_y)
    owners, rows = expand_runs(bottom - top, top)
    upper_x, upper_y, lower_y, slope = (edge.index_select(1, owners) for edge in (upper_x, upper_y, lower_y, slope))
    centre = rows.to(x.dtype) + 0.5
    crossing = upper_x + (centre - upper_y) * slope
    active = (upper_y <= centre) & (centre < lower_y)
    start = first_centre(crossing.masked_fill(~active, torch.inf).amin(0), width)
    stop = first_centre(crossing.masked_fill(~active, -torch.inf).amax(0), width)
    first = (image.index_select(0, owners) * height + rows) * width + start
    spans, pixels = expand_runs((stop - start).clamp_min(0), first)
    return owners.index_select(0, spans), pixels


def first_centre(edge: Tensor, limit: int) -> Tensor:
    """Index of the first pixel whose centre is at or past ``edge`` pixels, within [0, limit]."""
    return (edge - 0.5).ceil().clamp(0, limit).long()


def expand_runs(counts: Tensor, first: Tensor) -> tuple[Tensor, Tensor]:
    """Runs of ``counts`` (N,) integers from ``first`` (N,) -> for every integer the run it belongs to, and itself."""
    owners = torch.repeat_interleave(counts)
    base = first - (counts.cumsum(0) - counts)
    return owners, base.index_select(0, owners) + torch.arange(len(owners), device=counts.device)


def nearest_owner(owners: Tensor, pixels: Tensor, depth: Tensor, count: int) -> Tensor:
    """The nearest owner of each of ``count`` pixels, -1 for none."""
    nearest = depth.new_full((count,), torch.inf).scatter_reduce(0, pixels, depth, "amin")
    front = (depth <= nearest.index_select(0, pixels)).nonzero().squeeze(1)
    return first_owner(owners.index_select(0, front), pixels.index_select(0, front), count)


def first_owner(owners: Tensor, pixels: Tensor, count: int) -> Tensor:
    """The lowest owner of each of ``count`` pixels, -1 for none; the same on every device, unlike a plain scatter."""
    nobody = torch.iinfo(torch.int32).max  # some devices reduce integers in 32 bits
    first = owners.new_full((count,), nobody).scatter_reduce(0, pixels, owners, "amin")
    return first.masked_fill(first == nobody, EMPTY)
