"""The texture's view of a face: which surface point each texel is, and what a fit and a camera make of it.

Texture row 0 is v = 1; arrays are (T, T, ...) for a texture of T x T texels, float32, zero outside the UV charts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import embedding_bag

from ...bfm.face_model import FaceModel
from ...geometry.arrays import Bools, Floats, Floats64, Image, Ints
from ...geometry.faces import triangle_owner, triangulate
from ...geometry.smoothstep import smoothstep
from ...geometry.vectors import dot, length
from ..camera import Camera
from ..filters import disc
from ..fitting.face_fit import FaceFit
from ..rendering.normals import vertex_normals
from ..rendering.rasterizer import EMPTY, rasterize, rasterize_uv

DEPTH_MAP_SIDE = 768  # pixels over the longer side of the face when asking what hides what
# Registration is never perfect: what lies within this share of the face's width beyond an occluding edge is doubted.
EDGE_MARGIN = 0.012
_DEPTH_TOLERANCE = 0.0005  # metres, for the surface right under the pixel
_EDGE_DEPTH = 0.004  # metres, a step this deep beside the pixel is an occluding edge
_KERNEL_ROOM = 4.0  # photo pixels
_MAX_SLOPE = 5.0  # tangent of the steepest view angle that the depth tolerance follows
_CHUNK = 1 << 16  # texels worked on at once: they stay in the cache


@dataclass(frozen=True, eq=False)
class UvAtlas:
    """The UV layout of one model at one texture size."""

    model: FaceModel
    size: int
    triangles: Ints  # (N, 3) vertex ids
    triangles_uv: Ints  # (N, 3) texture point ids, same order
    triangle_parts: Ints  # (N,) index into the model's part_names
    triangle_ids: NDArray[np.int32]  # (T, T), -1 outside the charts
    barycentrics: Image  # (T, T, 3)

    @property
    def mask(self) -> Bools:
        """(T, T): the texel lies in a chart."""
        return self.triangle_ids != EMPTY

    def parts(self) -> NDArray[np.int32]:
        """(T, T) index into the model's part_names, -1 outside the charts."""
        return np.where(self.mask, self.triangle_parts[self.triangle_ids], EMPTY).astype(np.int32)

    def rest_positions(self, texels: Ints) -> Floats64:
        """Places (N, 3) on the mean face of texels (N,) of the flattened texture that lie in a chart."""
        corners = np.asarray(self.model.mean, np.float64)[self.triangles[self.triangle_ids.ravel()[texels]]]
        return (corners * self.barycentrics.reshape(-1, 3)[texels, :, None]).sum(axis=1)

    def interpolate(self, values: Floats | Tensor) -> Image:
        """Vertex values (V, C) -> texels (T, T, C)."""
        return self.interpolate_corners(values, self.triangles)

    def interpolate_corners(self, values: Floats | Tensor, corners: Ints) -> Image:
        """Values (P, C) at triangle corners given by rows ``corners`` (N, 3) of ``values`` -> texels (T, T, C)."""
        table = torch.as_tensor(values).detach().to("cpu", torch.float32).contiguous()
        rows = torch.as_tensor(corners)
        ids = torch.from_numpy(self.triangle_ids).reshape(-1)
        weights = torch.from_numpy(self.barycentrics).reshape(-1, 3)
        # Empty texels have weight zero, so whatever their -1 picks does not count.
        parts = [
            embedding_bag(rows[chunk.long()], table, per_sample_weights=weight, mode="sum")
            for chunk, weight in zip(ids.split(_CHUNK), weights.split(_CHUNK), strict=True)
        ]
        return torch.cat(parts).reshape(self.size, self.size, -1).numpy()


@dataclass(frozen=True)
class TexelGeometry:
    """A fitted face seen through its texture."""

    positions: Image  # (T, T, 3) posed surface, model space, metres
    normals: Image  # (T, T, 3) unit, smooth, model space
    pixels: Image  # (T, T, 2) photo pixels
    facing: Image  # (T, T) cosine between normal and the direction to the camera; 0 outside the charts
    visibility: Image  # (T, T) in [0, 1]: not hidden, not turned away, inside the photo; fades at grazing angles


@lru_cache(maxsize=5)  # a texture's, its eyes', its relief's, its wrinkles', and the coarse one that measures photos
def uv_atlas(model: FaceModel, size: int) -> UvAtlas:
    """The layout of ``model`` in a texture of ``size`` x ``size``; the last five are kept."""
    triangles_uv = triangulate(model.faces_uv).astype(np.int64)
    parts = model.face_parts[triangle_owner(model.faces)]
    fragments = rasterize_uv(torch.as_tensor(model.uv).float(), torch.as_tensor(triangles_uv), size)
    return UvAtlas(
        model=model,
        size=size,
        triangles=triangulate(model.faces).astype(np.int64),
        triangles_uv=triangles_uv,
        triangle_parts=parts,
        triangle_ids=fragments.triangle_ids[0].to(torch.int32).numpy(),
        barycentrics=fragments.barycentrics[0].numpy(),
    )


@lru_cache(maxsize=2)
def texel_geometry(atlas: UvAtlas, fit: FaceFit) -> TexelGeometry:
    """Where each texel is on the posed face, where in the photo, and how well it is seen there; the last two are kept.

    Nobody may write into them.
    """
    posed = fit.posed.detach().to("cpu", torch.float32)
    camera = fit.camera.on_cpu()
    normals = vertex_normals(posed[None], torch.as_tensor(atlas.triangles))[0]
    both = atlas.interpolate(torch.cat([posed, normals], dim=1))
    positions, normals = np.ascontiguousarray(both[..., :3]), np.ascontiguousarray(both[..., 3:])
    normals /= np.maximum(length(normals), 1e-8)[..., None]
    placed = camera.to_camera(torch.from_numpy(positions)).numpy()
    rotated = normals @ camera.rotation.numpy().T
    facing = -dot(rotated, placed) / length(placed)
    facing = np.where(atlas.mask, facing, 0.0).astype(np.float32)
    pixels = camera.project(torch.from_numpy(positions)).numpy()
    visibility = _visibility(_depth_map(atlas.model, fit), camera, placed[..., 2], pixels, facing)
    return TexelGeometry(positions, normals, pixels, facing, visibility)


@dataclass(frozen=True, eq=False)
class _DepthMap:
    """Depth of a face over the box round it; its pixels are (photo pixels - corner) * scale."""

    near: Image  # (h, w) metres, the least beside a pixel, inf where there is no face
    nearest: Image  # (h, w) the least within the margin
    inside: Image  # (h, w) pixels from the outline
    margin: int  # pixels
    scale: float
    corner: Image  # (2,)


def _visibility(seen_from: _DepthMap, camera: Camera, depth: Image, pixels: Image, facing: Image) -> Image:
    """Depth compare under the pixel, a margin beside occluding edges and the outline, grazing falloff, photo frame."""
    scale, margin = seen_from.scale, seen_from.margin
    at = (pixels - seen_from.corner) * scale - 0.5  # remap counts from pixel centres
    metres_per_pixel = depth / float(camera.intrinsics[0, 0]) / scale
    cosine = np.maximum(facing, 1e-3)
    slope = np.minimum(np.sqrt(np.maximum(1.0 - cosine**2, 0.0)) / cosine, _MAX_SLOPE)
    seen = smoothstep(0.2, 0.55, facing)
    compared = ((seen_from.near, 1, _DEPTH_TOLERANCE), (seen_from.nearest, margin, _EDGE_DEPTH))
    for depth_map, radius, tolerance in compared:
        hidden = depth - _sample(depth_map, at, cv2.INTER_NEAREST, 0.0) - slope * (radius + 0.5) * metres_per_pixel
        seen = seen * (1.0 - smoothstep(tolerance, 2.0 * tolerance, hidden))
    seen = seen * smoothstep(min(scale, 0.5 * margin), margin, _sample(seen_from.inside, at, cv2.INTER_LINEAR, 0.0))
    width, height = camera.image_size
    border = np.minimum(np.minimum(pixels[..., 0], width - pixels[..., 0]), pixels[..., 1])
    border = np.minimum(border, height - pixels[..., 1])
    return (seen * smoothstep(1.0, 4.0, border)).astype(np.float32)


@lru_cache(maxsize=2)
def _depth_map(model: FaceModel, fit: FaceFit) -> _DepthMap:
    """What a fit's camera sees; the last two are kept, for textures of several sizes."""
    posed, camera = fit.posed.detach().to("cpu", torch.float32), fit.camera.on_cpu()
    projected = camera.project(posed)
    low, high = projected.amin(0).floor() - 4, projected.amax(0).ceil() + 4
    left, top = (int(x) for x in low)
    width, height = (int(x) for x in high - low)
    scale = DEPTH_MAP_SIDE / max(width, height)
    small = camera.cropped(left, top, width, height).scaled(scale)
    triangles = torch.as_tensor(model.opaque_triangles()).long()
    fragments = rasterize(camera.to_camera(posed)[None], triangles, small.intrinsics, small.image_size, False)
    depth = torch.where(fragments.mask, fragments.depth, torch.inf)[0].numpy()
    # A coarse photo needs more room: its cubic kernel reaches two pixels.
    margin = max(2, round(EDGE_MARGIN * DEPTH_MAP_SIDE), round(_KERNEL_ROOM * scale))
    near, nearest = (np.asarray(cv2.erode(depth, disc(radius)), np.float32) for radius in (1, margin))
    inside = cv2.distanceTransform(np.isfinite(depth).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    corner = np.array([left, top], np.float32)
    return _DepthMap(near, nearest, np.asarray(inside, np.float32), margin, scale, corner)


def _sample(image: Image, at: Image, method: int, outside: float) -> Image:
    return cv2.remap(image, at, None, method, borderMode=cv2.BORDER_CONSTANT, borderValue=outside)  # type: ignore[call-overload]
