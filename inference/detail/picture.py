"""The face as the detail stage sees it: a crop of the photo at skin scale with the smooth fitted surface under it.

Arrays are (H, W, ...) over the crop's pixels, float32; lengths in metres, normals in the view frame.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch

from ...anatomy.parts import PartName
from ...anatomy.regions import RegionName
from ...bfm.face_model import FaceModel
from ...geometry.arrays import Floats32
from ...geometry.colour import srgb_to_linear
from ...geometry.faces import triangulate
from ...geometry.smoothstep import smoothstep
from ...geometry.vectors import dot, length
from ..camera import Camera
from ..filters import blur, disc
from ..fitting.face_fit import FaceFit
from ..images import Photo
from ..lighting import to_view_frame
from ..rendering.normals import vertex_normals
from ..rendering.rasterizer import Fragments, interpolate, rasterize

PIXEL = 0.0003  # metres of skin; a finer photo is averaged down to this, pores are not smaller
_MARGIN = 4  # pixels of the photo round the projected face
_ROOM = 8  # pixels round what is trusted: relief there reaches no farther
_FACING = (0.2, 0.5)  # cosine of the view angle between which a surface begins to be trusted
_EDGE_STEP = 0.002  # metres of depth between neighbours that make an occluding edge
_EDGE_REACH = 0.002  # metres beside edges and the outline that are distrusted
_FEATURE_REACH = 0.006  # metres over which features that are no skin fade
_NO_SKIN = (RegionName.EYES, RegionName.BROWS, RegionName.MOUTH_INTERIOR)
_BURNT = (0.80, 0.97)  # linear level of the green channel


@dataclass(frozen=True)
class FacePicture:
    """A crop of the photo and the fitted surface in it."""

    colours: Floats32  # (H, W, 3) linear RGB
    normals: Floats32  # (H, W, 3) smooth, unit, view frame; zero off the face
    depth: Floats32  # (H, W) metres along the optical axis; zero off the face
    trust: Floats32  # (H, W) in [0, 1]: this pixel shows skin of this face, lit and sharp enough to tell relief
    camera: Camera  # of the crop
    corner: tuple[float, float]  # of the crop in the photo, pixels
    scale: tuple[float, float]  # crop pixels per photo pixel, across and down
    pixel: float  # metres a pixel spans on a surface that faces the camera


def face_picture(photo: Photo, model: FaceModel, fit: FaceFit, bare: Floats32 | None = None) -> FacePicture:
    """Cut the fitted face out of its photo and draw the fit over it; only what is ``bare`` (T, T) is trusted."""
    posed = fit.posed.detach().to("cpu", torch.float32)
    camera = _on_cpu(fit.camera)
    left, top, right, bottom = _box(camera, posed, photo.size)
    metres = float(camera.to_camera(posed)[:, 2].median()) / float(camera.intrinsics[0, 0])
    factor = min(1.0, metres / PIXEL)
    width, height = (max(8, round(n * factor)) for n in (right - left, bottom - top))
    linear = srgb_to_linear(photo.pixels[top:bottom, left:right]).astype(np.float32)
    colours = np.asarray(cv2.resize(linear, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    scale = (width / (right - left), height / (bottom - top))
    cut = camera.cropped(left, top, right - left, bottom - top)
    intrinsics = cut.intrinsics * torch.tensor([[scale[0]], [scale[1]], [1.0]])
    cut = Camera(intrinsics, cut.rotation, cut.translation, (width, height))
    normals, depth, regions = _draw(model, posed, cut, np.ones((1, 1), np.float32) if bare is None else bare)
    pixel = metres / scale[0]
    trust = _trust(normals, depth, pixel, cut) * regions * _unburnt(colours)
    if fit.skin_confidence is not None:
        skin = fit.skin_confidence.detach().to("cpu", torch.float32).numpy()[top:bottom, left:right]
        skin = cv2.resize(skin, (width, height), interpolation=cv2.INTER_AREA)
        trust = trust * _fade(smoothstep(0.3, 0.8, skin), pixel)
    return FacePicture(colours, normals, depth, trust.astype(np.float32), cut, (left, top), scale, pixel)


def trusted_part(picture: FacePicture) -> FacePicture:
    """The picture cut down to what of it is trusted, with a little room; itself where nothing is."""
    rows, columns = (np.flatnonzero(picture.trust.max(axis=axis) > 0.0) for axis in (1, 0))
    if not len(rows):
        return picture
    (top, left), (height, width) = (np.maximum([x[0] - _ROOM for x in (rows, columns)], 0), picture.depth.shape)
    bottom, right = min(int(rows[-1]) + 1 + _ROOM, height), min(int(columns[-1]) + 1 + _ROOM, width)
    part = slice(top, bottom), slice(left, right)
    return replace(
        picture,
        colours=np.ascontiguousarray(picture.colours[part]),
        normals=np.ascontiguousarray(picture.normals[part]),
        depth=np.ascontiguousarray(picture.depth[part]),
        trust=np.ascontiguousarray(picture.trust[part]),
        camera=picture.camera.cropped(int(left), int(top), int(right - left), int(bottom - top)),
        corner=(picture.corner[0] + left / picture.scale[0], picture.corner[1] + top / picture.scale[1]),
    )


def _on_cpu(camera: Camera) -> Camera:
    parts = (camera.intrinsics, camera.rotation, camera.translation)
    intrinsics, rotation, translation = (x.detach().to("cpu", torch.float32) for x in parts)
    return Camera(intrinsics, rotation, translation, camera.image_size)


def _box(camera: Camera, posed: torch.Tensor, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the projected face within the photo."""
    pixels = camera.project(posed).numpy()
    low = np.clip(np.floor(pixels.min(axis=0)).astype(int) - _MARGIN, 0, np.array(size) - 8)
    high = np.minimum(np.maximum(np.ceil(pixels.max(axis=0)).astype(int) + _MARGIN, low + 8), size)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _draw(model: FaceModel, posed: torch.Tensor, camera: Camera, bare: Floats32) -> tuple[Floats32, Floats32, Floats32]:
    """Normals, depth and the share of plain skin at every pixel."""
    triangles = torch.as_tensor(model.opaque_triangles()).long()
    placed = camera.to_camera(posed)[None]
    fragments = rasterize(placed, triangles, camera.intrinsics, camera.image_size)
    normals = to_view_frame(vertex_normals(placed, triangles)[0])
    plain = torch.as_tensor(plain_skin(model))[:, None]
    values = interpolate(fragments, triangles, torch.cat([normals, plain], dim=1))[0].numpy()
    unit = values[..., :3] / np.maximum(length(values[..., :3]), 1e-6)[..., None]
    return unit, fragments.depth[0].numpy(), values[..., 3] * _from_texture(bare, model, fragments)


def _from_texture(texture: Floats32, model: FaceModel, fragments: Fragments) -> Floats32:
    """Values (T, T) of the model's texture at every pixel."""
    corners = triangulate(model.faces_uv[model.opaque_faces()])
    uv = torch.as_tensor(model.uv, dtype=torch.float32)
    x, y = interpolate(fragments, torch.as_tensor(corners).long(), uv)[0].numpy().transpose(2, 0, 1)
    side = len(texture)
    at = (x * side - 0.5, (1.0 - y) * side - 0.5)
    return np.asarray(cv2.remap(texture, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def plain_skin(model: FaceModel) -> Floats32:
    """(V,) 1 on skin, 0 on eyes, brows, the inside of the mouth."""
    plain = np.ones(len(model.mean), np.float32)
    for name in _NO_SKIN:
        if name in model.region_names:
            plain *= 1.0 - model.region(name).astype(np.float32)
    plain[model.part_vertices(*(name for name in model.part_names if name != PartName.SKIN))] = 0.0
    return plain


def _trust(normals: Floats32, depth: Floats32, pixel: float, camera: Camera) -> Floats32:
    """(H, W): faces the camera and lies away from outlines and occluding edges."""
    height, width = depth.shape
    focal, centre = camera.intrinsics[0, 0].item(), camera.intrinsics[:2, 2].numpy()
    x, y = np.meshgrid(np.arange(width) + 0.5 - centre[0], np.arange(height) + 0.5 - centre[1])
    ray = np.stack([x, -y, np.full_like(x, -focal)], axis=-1).astype(np.float32)
    facing = -dot(normals, ray) / length(ray)
    box = np.ones((3, 3), np.uint8)
    step = cv2.dilate(depth, box) - cv2.erode(depth, box)
    slope = np.sqrt(np.maximum(1.0 - facing**2, 0.0)) / np.maximum(facing, 0.05)
    whole = (depth > 0.0) & (step < _EDGE_STEP + 3.0 * slope * pixel)
    far = cv2.distanceTransform(np.pad(whole, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    inside = smoothstep(0.0, _EDGE_REACH / pixel, np.asarray(far, np.float32) - 1.0)
    return np.asarray(smoothstep(*_FACING, facing.astype(np.float32)) * inside, np.float32)


def _fade(mask: Floats32, pixel: float) -> Floats32:
    """A mask shrunk by a part of its fading width, so that nothing beside it is taken along."""
    radius = max(1, round(0.5 * _FEATURE_REACH / pixel))
    return blur(np.asarray(cv2.erode(mask, disc(radius)), np.float32), 0.5 * radius)


def _unburnt(colours: Floats32) -> Floats32:
    return 1.0 - smoothstep(*_BURNT, colours[..., 1])
