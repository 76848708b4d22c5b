"""Which vertices the camera sees, by their depth against the picture's."""

from __future__ import annotations

import torch
from torch import Tensor

from ..camera import project
from .normals import vertex_normals
from .rasterizer import NEAR, Fragments, rasterize

_FLAT_TOLERANCE = 1.0  # pixel footprints of depth a vertex may lie behind a surface that faces the camera
_STEEPEST = 8.0  # footprints of depth per pixel; steeper surfaces get no more tolerance, or noses would leak cheeks


@torch.no_grad()
def visible_vertices(
    camera_vertices: Tensor,
    triangles: Tensor,
    intrinsics: Tensor,
    image_size: tuple[int, int],
    fragments: Fragments | None = None,
) -> Tensor:
    """(B, V) bool: the vertex faces the camera, lies in the picture (w, h) and nothing is drawn in front of it.

    The tolerance grows with the slope of the surface: within one pixel a surface seen at a grazing angle spans many
    footprints (depth / focal length) of depth, and a constant bias would flicker there. ``fragments`` saves the
    rasterisation where the caller has it already.
    """
    fragments = fragments or rasterize(camera_vertices, triangles, intrinsics, image_size)
    batch, width, height = len(camera_vertices), *image_size
    intrinsics = intrinsics.expand(batch, 3, 3)
    column, row = project(camera_vertices, intrinsics).floor().clamp(-1, max(image_size)).long().unbind(-1)
    z = camera_vertices[..., 2]
    in_picture = (column >= 0) & (column < width) & (row >= 0) & (row < height) & (z > NEAR)

    normals = vertex_normals(camera_vertices, triangles)
    towards = -(normals * torch.nn.functional.normalize(camera_vertices, dim=-1)).sum(-1)
    slope = (1.0 - towards.square()).clamp_min(0.0).sqrt() / towards.clamp_min(1e-6)
    footprint = z / intrinsics[:, 0, 0, None]
    tolerance = (_FLAT_TOLERANCE + slope.clamp_max(_STEEPEST)) * footprint

    image = torch.arange(batch, device=z.device)[:, None]
    row, column = row.clamp(0, height - 1), column.clamp(0, width - 1)
    shown = fragments.depth[image, row, column]
    uncovered = ~fragments.mask[image, row, column]
    return in_picture & (towards > 0) & (uncovered | (z <= shown + tolerance))
