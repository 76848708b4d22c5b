"""Textures from one model's layout to another's, texel by texel.

Every corner of the new mesh has its place on the old one's surface and so in the old texture. Inside a triangle that
place is linear, unless the old layout has a seam there: then each texel's place is looked for by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from ..anatomy.arkit import JAW_OPEN
from ..bfm.face_model import FaceModel
from ..bfm.transfer.correspondence import Correspondence
from ..errors import LikenessError
from ..geometry.arrays import Bools, Image, Ints
from ..geometry.closest import SearchableSurface
from ..geometry.colour import srgb_bytes, srgb_to_linear
from ..geometry.faces import triangle_owner, triangulate
from ..geometry.normals import vertex_normals
from ..inference.detail.normal_map import bake_normal_map
from ..inference.uv.atlas import UvAtlas, uv_atlas
from ..inference.uv.blending import BLACK, pad_charts, padding
from ..inference.uv.mirror import SKIN, part_groups
from ..result.image_files import loaded, read_layers
from ..result.reconstruction import (
    ALBEDO_IMAGE,
    CONFIDENCE_IMAGE,
    DISPLACEMENT_IMAGE,
    NORMAL_IMAGE,
    PHOTO_IMAGE,
    Mesh,
    Reconstruction,
)

SEAM = 6.0  # a triangle whose sides grow by more than this over the typical triangle's lies across a seam
KNOWN = 0.9  # trust from which carried colours tell the skin's tone


def carried_maps(result: Reconstruction, other: FaceModel, places: Correspondence, mesh: Mesh) -> dict[str, Any]:
    """The result's images in the layout of ``other``. places: its vertices on the result's mesh; mesh: its face.

    Raises:
        LikenessError: the photo is not among them, or a file cannot be read.
    """
    if PHOTO_IMAGE not in result.images:
        raise LikenessError(f"The result has no {PHOTO_IMAGE}.")
    images: dict[str, Any] = {PHOTO_IMAGE: loaded(result.images[PHOTO_IMAGE])}
    if ALBEDO_IMAGE not in result.images:
        return images
    albedo = srgb_to_linear(loaded(result.images[ALBEDO_IMAGE])).astype(np.float32)
    size = len(albedo)
    atlas = uv_atlas(other, size)
    at = texel_places(result.mesh, other, places, atlas)
    trust = np.where(atlas.mask, atlas.interpolate(places.trust[:, None])[..., 0], 0.0).astype(np.float32)
    colour = _over_model(_sampled(albedo, at), trust, atlas, other)
    images[ALBEDO_IMAGE] = srgb_bytes(_padded(colour, atlas))
    if CONFIDENCE_IMAGE in result.images:
        confidence = loaded(result.images[CONFIDENCE_IMAGE]).astype(np.float32)
        images[CONFIDENCE_IMAGE] = np.round(_sampled(_grey(confidence), at) * trust).astype(np.uint8)
    skin = atlas.mask & (part_groups(other.part_names)[atlas.parts()] == SKIN)
    weight = np.where(skin, trust, 0.0)[..., None]
    if DISPLACEMENT_IMAGE in result.images:
        height = _grey(loaded(result.images[DISPLACEMENT_IMAGE])).astype(np.float32)
        moved = np.ascontiguousarray(_padded(_sampled(height, at)[..., None] * weight, atlas)[..., 0])
        images[DISPLACEMENT_IMAGE] = moved
        images[NORMAL_IMAGE] = bake_normal_map(moved, atlas, mesh.vertices, mesh.uv)
    for name in {group.image for group in result.wrinkles} & result.images.keys():
        layers = loaded(result.images[name], read_layers)
        carried = _padded(_sampled(layers, at) * weight, atlas)
        images[name] = cv2.resize(carried, layers.shape[:2], interpolation=cv2.INTER_AREA)
    return images


@dataclass(frozen=True)
class _Carried:
    """A model laid over another one."""

    vertices: Image  # (V, 3) on the other's surface
    normals: Image  # (V, 3) there
    atlas: UvAtlas  # its own texture
    groups: Ints  # (T,) the group of parts that each triangle belongs to, as `part_groups` numbers them


def texel_places(own: Mesh, other: FaceModel, places: Correspondence, atlas: UvAtlas) -> Image:
    """(T, T, 2) UV in the layout of the mesh ``own`` of every texel of ``other``'s."""
    vertices = places.carry(_parted(own))
    corners = atlas.triangles
    carried = _Carried(
        vertices, vertex_normals(vertices, corners), atlas, part_groups(other.part_names)[atlas.triangle_parts]
    )
    uv = np.zeros((*corners.shape, 2))
    seam = np.zeros(len(corners), dtype=bool)
    for group in np.unique(carried.groups):
        rows = np.flatnonzero(carried.groups == group)
        charts = _Charts(own, int(group))
        ids = np.unique(corners[rows])
        found = np.zeros((len(vertices), 2))
        found[ids] = charts.uv(vertices[ids], carried.normals[ids])
        uv[rows] = found[corners[rows]]
        seam[rows] = _across_seams(vertices[corners[rows]], uv[rows])
    table = uv.reshape(-1, 2)
    at = atlas.interpolate_corners(table, np.arange(len(table)).reshape(-1, 3))
    return _mend_seams(at, seam, own, carried)


def _mend_seams(at: Image, seam: Image, own: Mesh, carried: _Carried) -> Image:
    """``at`` with the texels of the triangles that lie across a seam of the old layout looked for one by one."""
    atlas = carried.atlas
    torn = atlas.mask & seam[atlas.triangle_ids]
    if not torn.any():
        return at
    ids, weights = atlas.triangle_ids[torn], atlas.barycentrics[torn].astype(np.float64)
    points, facing = (
        np.einsum("nk,nkd->nd", weights, values[atlas.triangles[ids]]) for values in (carried.vertices, carried.normals)
    )
    found = np.zeros((len(ids), 2))
    for group in np.unique(carried.groups[ids]):
        rows = carried.groups[ids] == group
        found[rows] = _Charts(own, int(group)).uv(points[rows], facing[rows])
    at[torn] = found
    return at


class _Charts:
    """One group of a mesh's parts (skin, eyes, others) as a surface that knows its UVs."""

    def __init__(self, mesh: Mesh, group: int) -> None:
        groups = part_groups(mesh.part_names)[mesh.parts[triangle_owner(mesh.faces)]]
        rows = np.flatnonzero(groups == group)
        # A mesh without this group has it as part of its skin.
        self.rows = rows if len(rows) else np.flatnonzero(groups == SKIN)
        self.uvs = mesh.uv[triangulate(mesh.faces_uv)[self.rows]].astype(np.float64)
        self.surface = SearchableSurface(_parted(mesh), triangulate(mesh.faces)[self.rows])

    def uv(self, points: Image, normals: Image) -> Image:
        """UV (N, 2) of the surface points nearest to (N, 3), of those that face the same way if there are any near."""
        hits = self.surface.closest(points, normals, within=0.01)
        triangles, weights = np.array(hits.triangles), np.array(hits.weights)
        lost = ~np.isfinite(hits.distance)
        if lost.any():
            again = self.surface.closest(points[lost])
            triangles[lost], weights[lost] = again.triangles, again.weights
        return np.einsum("nk,nkd->nd", weights, self.uvs[triangles])


def _parted(mesh: Mesh) -> Image:
    """The neutral face (V, 3) with the mouth open, where it knows how, so that no lip is taken for the other."""
    vertices = mesh.vertices.astype(np.float64)
    if JAW_OPEN not in mesh.shape_key_names:
        return vertices
    return vertices + mesh.shape_key_deltas[mesh.shape_key_names.index(JAW_OPEN)]


def _across_seams(points: Image, uv: Image) -> Bools:
    """(N,) whether a triangle (N, 3, 3) is far larger in UV (N, 3, 2) than such triangles are."""
    side, stretch = (np.linalg.norm(a - np.roll(a, 1, axis=1), axis=2).max(axis=1) for a in (points, uv))
    ratio = stretch / np.maximum(side, 1e-5)
    return ratio > SEAM * np.median(ratio)


def _over_model(sampled: Image, trust: Image, atlas: UvAtlas, model: FaceModel) -> Image:
    """Carried colours over the model's own, whose skin first takes the carried tone."""
    base = atlas.interpolate(model.albedo_mean)
    skin = atlas.mask & (part_groups(model.part_names)[atlas.parts()] == SKIN)
    sure = skin & (trust > KNOWN)
    if sure.any():
        tone = np.median(sampled[sure], axis=0) / np.maximum(np.median(base[sure], axis=0), BLACK)
        base = np.where(skin[..., None], base * tone, base)
    return (base + trust[..., None] * (sampled - base)).astype(np.float32)


def _sampled(image: Image, at: Image) -> Image:
    """An image (T, T) or (T, T, C) at UV (T, T, 2)."""
    size = len(image)
    pixels = np.stack([at[..., 0] * size, (1.0 - at[..., 1]) * size], axis=-1).astype(np.float32) - 0.5
    return cv2.remap(image, pixels, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]


def _padded(image: Image, atlas: UvAtlas) -> Image:
    return pad_charts(image.astype(np.float32), atlas.mask, padding(atlas.size))


def _grey(image: Image) -> Image:
    return image[..., 0] if image.ndim == 3 else image
