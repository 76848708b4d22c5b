"""The mirror of a texture: for every texel the texel of the same spot on the other half of the face.

Found on the mean shape alone, so any model works, symmetric mesh or not: the midpoint of each triangle is reflected in
x = 0, the nearest triangle there gives an affine map from space to UV, and the reflected corners go through that map.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
from scipy.spatial import KDTree

from ...anatomy.parts import PartKind, part_kind
from ...bfm.face_model import FaceModel
from ...geometry.arrays import Bools, Floats64, Image, Ints
from ...geometry.faces import triangle_owner, triangulate
from ...geometry.normals import area_normals, triangle_normals
from .atlas import uv_atlas

# Groups of parts, by `part_groups`; what is neither skin nor of an eyeball shows nothing of the photo.
SKIN, EYES, OTHERS = 0, 1, 2
_CANDIDATES = 8  # nearest midpoints tried as the reflected triangle
_TOO_FAR = 0.006  # metres between a reflected midpoint and the surface: there is nothing opposite
_SAME_CHART = 0.02  # UV distance within which the maps of neighbouring triangles are one map


@lru_cache(maxsize=2)
def mirror_coordinates(model: FaceModel, size: int) -> Image:
    """Texels (T, T, 2) as ``cv2.remap`` wants them: x, y from the first texel's centre, -10 with nothing opposite.

    The last two maps are kept.
    """
    atlas, corners = uv_atlas(model, size), _mirror_corners(model)
    # A third channel marks triangles with nothing opposite: any weight on it voids the texel.
    valid = np.isfinite(corners).all(axis=2, keepdims=True)
    table = np.concatenate([np.where(valid, corners, 0.0), valid], axis=2).reshape(-1, 3)
    values = atlas.interpolate_corners(table, np.arange(len(table)).reshape(-1, 3))
    at = np.stack([values[..., 0] * size, (1.0 - values[..., 1]) * size], axis=-1) - 0.5
    return np.where(values[..., 2:] > 0.99, at, -10.0).astype(np.float32)


def mirrored(image: Image, at: Image) -> Image:
    """The texture (T, T) or (T, T, C) flipped left to right on the face; zero where nothing is opposite."""
    method = cv2.INTER_LINEAR
    return cv2.remap(image, at, None, method, borderMode=cv2.BORDER_CONSTANT, borderValue=0.0)  # type: ignore[call-overload]


@lru_cache(maxsize=2)
def _mirror_corners(model: FaceModel) -> Image:
    """(N, 3, 2) reflected UV of the corners of each triangle of ``triangulate``, NaN without counterpart."""
    triangles, triangles_uv = triangulate(model.faces), triangulate(model.faces_uv)
    points = model.mean.astype(np.float64)[triangles]  # (N, 3 corners, 3)
    uv = model.uv.astype(np.float64)[triangles_uv]
    flipped = points * [-1.0, 1.0, 1.0]
    out = np.full(uv.shape, np.nan)
    groups = part_groups(model.part_names)[model.face_parts[triangle_owner(model.faces)]]
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        found, near = _opposite(points[members], flipped[members])
        weights = _plane_barycentrics(points[members[found]], flipped[members])
        out[members] = np.where(near[:, None, None], np.einsum("nck,nkd->ncd", weights, uv[members[found]]), np.nan)
    return _joined(out, triangles_uv, len(model.uv)).astype(np.float32)


def part_groups(part_names: Sequence[str]) -> Ints:
    """For each part: SKIN, EYES or OTHERS."""
    kinds = [part_kind(name) for name in part_names]
    groups = [EYES if kind.of_eyeball else SKIN if kind is PartKind.SKIN else OTHERS for kind in kinds]
    return np.array(groups, dtype=np.int64)


def _opposite(points: Floats64, flipped: Floats64) -> tuple[Ints, Bools]:
    """For each reflected triangle (N, 3, 3) the nearest of ``points`` (N, 3, 3) that faces its way; is it near?"""
    middles, wanted = points.mean(axis=1), flipped.mean(axis=1)
    count = min(_CANDIDATES, len(points))
    _, candidates = KDTree(middles).query(wanted, k=count)
    candidates = np.reshape(candidates, (-1, count))
    normals = triangle_normals(points)
    facing = np.einsum("nkd,nd->nk", normals[candidates], normals * [-1.0, 1.0, 1.0])
    offset = wanted[:, None] - middles[candidates]
    weights = _plane_barycentrics(points[candidates].reshape(-1, 3, 3), np.repeat(wanted, count, 0)[:, None])
    outside = np.maximum(-weights.min(axis=-1), 0.0).reshape(candidates.shape)
    # Being outside a triangle by one barycentric unit is worth the triangle's own size.
    extent = np.sqrt(np.linalg.norm(area_normals(points), axis=-1) / 2.0)[candidates]
    height = np.abs(np.einsum("nkd,nkd->nk", offset, normals[candidates]))
    distance = outside * extent + height + np.where(facing > 0.0, 0.0, 1.0)
    best = distance.argmin(axis=1)
    rows = np.arange(len(points))
    return candidates[rows, best], distance[rows, best] < _TOO_FAR


def _plane_barycentrics(triangles: Floats64, points: Floats64) -> Floats64:
    """Triangles (N, 3, 3), points (N, P, 3) -> barycentrics (N, P, 3) of the points' feet in the triangles' planes."""
    a = triangles[:, 0]
    edges = np.stack([triangles[:, 1] - a, triangles[:, 2] - a], axis=1)  # (N, 2, 3)
    gram = edges @ edges.transpose(0, 2, 1)
    gram += 1e-12 * np.trace(gram, axis1=1, axis2=2)[:, None, None] * np.eye(2) + 1e-30 * np.eye(2)
    right = edges @ (points - a[:, None]).transpose(0, 2, 1)  # (N, 2, P)
    bc = np.linalg.solve(gram, right).transpose(0, 2, 1)
    return np.concatenate([1.0 - bc.sum(axis=-1, keepdims=True), bc], axis=-1)


def _joined(corners: Floats64, triangles_uv: Ints, count: int) -> Floats64:
    """Give the triangles round a texture point one common mirror point where they agree, so the map has no cracks."""
    flat, owners = corners.reshape(-1, 2), triangles_uv.reshape(-1)
    good = np.isfinite(flat).all(axis=1)
    total = np.maximum(np.bincount(owners[good], minlength=count), 1)
    mean = np.stack([np.bincount(owners[good], flat[good, k], count) / total for k in range(2)], axis=1)
    apart = np.where(good, np.linalg.norm(np.nan_to_num(flat) - mean[owners], axis=1), 0.0)
    agree = np.ones(count, bool)
    np.logical_and.at(agree, owners, apart < _SAME_CHART)
    return np.where((agree[owners] & good)[:, None], mean[owners], flat).reshape(corners.shape)
