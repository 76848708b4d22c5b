"""A face's relief with some of its wrinkle groups, as maps: for files that know no drivers, and to keep a look."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np

from ...geometry.arrays import Floats, Floats32, Ints
from ...geometry.stretch import uv_steps
from ...geometry.uv_texels import texels
from ..read_mesh import corner_uv, corner_vertices, neutral_vertices
from ..state import state_of
from .controls import groups_of, image_of

LEAST_STEP = 1e-9  # metres a unit of UV must span


def displacement_with(face: bpy.types.Object, amounts: Sequence[float], name: str) -> bpy.types.Image:
    """A new image of the relief in metres to which that much of each group's map is added; packed."""
    source = state_of(face).displacement
    pixels = read_pixels(source)
    pixels[..., :3] += _resized(_height(face, amounts), pixels.shape)[..., None]
    return _image_of(pixels, name, source)


def normals_with(face: bpy.types.Object, amounts: Sequence[float], name: str) -> bpy.types.Image:
    """A new image of the normal map of that relief, in 8 bits; packed."""
    source = state_of(face).normal
    pixels = read_pixels(source)
    normals = 2.0 * pixels[..., :3] - 1.0
    slopes = -normals[..., :2] / np.maximum(normals[..., 2:], 1e-3)
    slopes += _resized(_slopes(face, _height(face, amounts)), pixels.shape)
    length = np.sqrt((slopes**2).sum(axis=-1) + 1.0)
    pixels[..., :2] = 0.5 - 0.5 * slopes / length[..., None]
    pixels[..., 2] = 0.5 + 0.5 / length
    return _image_of(pixels, name, source)


def read_pixels(image: bpy.types.Image) -> Floats32:
    """Pixels (H, W, 4) of an image, row 0 at the bottom."""
    width, height = image.size[:]
    pixels = np.empty(width * height * image.channels, np.float32)
    image.pixels.foreach_get(pixels)
    return pixels.reshape(height, width, -1)


def _image_of(pixels: Floats32, name: str, like: bpy.types.Image) -> bpy.types.Image:
    """A packed image of data that is named on disk as another one is."""
    height, width = pixels.shape[:2]
    image = bpy.data.images.new(name, width, height, float_buffer=like.is_float)
    image.colorspace_settings.is_data = True
    image.pixels.foreach_set(np.ascontiguousarray(pixels, np.float32).ravel())
    image.pack()
    image.filepath_raw = like.filepath_raw
    return image


def _height(face: bpy.types.Object, amounts: Sequence[float]) -> Floats32:
    """Metres (T, T) of so much of each group's map."""
    total: Floats32 | None = None
    read: dict[str, Floats32] = {}
    for group, amount in zip(groups_of(face), amounts, strict=True):
        if group.image not in read:
            read[group.image] = read_pixels(image_of(face, group.image))
        part = np.float32(amount) * read[group.image][..., group.channel]
        total = part if total is None else total + part
    return np.zeros((1, 1), np.float32) if total is None else total


def _slopes(face: bpy.types.Object, height: Floats32) -> Floats32:
    """How much a map (T, T) of metres rises by metre along the tangent and the bitangent of the face (T, T, 2)."""
    size = len(height)
    points, triangles, triangles_uv = _layout(face)
    step_u, step_v = uv_steps(neutral_vertices(face), points, triangles, triangles_uv)
    metric = np.stack(
        [np.sum(a * b, axis=1) for a, b in ((step_u, step_u), (step_u, step_v), (step_v, step_v))], axis=1
    )
    along_u, mixed, along_v = np.moveaxis(texels(metric, points, triangles_uv, size), -1, 0)
    change_v, change_u = np.gradient(height * size)
    # t = P_u / |P_u|; b is the rest of P_v at right angles to it.
    width = np.sqrt(along_u)
    lean = mixed / np.maximum(width, LEAST_STEP)
    rise = np.sqrt(np.maximum(along_v - lean**2, 0.0))
    valid = np.minimum(width, rise) > LEAST_STEP
    slope_t = np.where(valid, change_u / np.maximum(width, LEAST_STEP), 0.0)
    slope_b = np.where(valid, (change_v - lean * slope_t) / np.maximum(rise, LEAST_STEP), 0.0)
    return np.stack([slope_t, slope_b], axis=-1).astype(np.float32)


def _layout(face: bpy.types.Object) -> tuple[Floats, Ints, Ints]:
    """Texture points (U, 2), and triangles (N, 3) of vertices and of texture points."""
    mesh = face.data
    points, corner_points = corner_uv(mesh)
    mesh.calc_loop_triangles()
    corners = np.empty(3 * len(mesh.loop_triangles), np.int32)
    mesh.loop_triangles.foreach_get("loops", corners)
    corners = corners.reshape(-1, 3)
    return points, corner_vertices(mesh)[corners], corner_points[corners]


def _resized(values: Floats32, shape: Sequence[int]) -> Floats32:
    """A map (T, T) or (T, T, C) at another size, as a texture is looked up: between the middles of texels."""
    for axis in (0, 1):
        old, new = values.shape[axis], shape[axis]
        if old == new:
            continue
        at = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
        below = np.minimum(at.astype(int), max(old - 2, 0))
        above = np.minimum(below + 1, old - 1)
        share = (at - below).astype(np.float32).reshape([-1 if a == axis else 1 for a in range(values.ndim)])
        values = np.take(values, below, axis) * (1 - share) + np.take(values, above, axis) * share
    return values
