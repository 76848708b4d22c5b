"""Folds where an expression presses the skin together, made without a photo."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from ...anatomy.parts import PartName
from ...anatomy.regions import RegionName
from ...bfm.face_model import FaceModel
from ...geometry.arrays import Floats, Floats32, Floats64, Ints
from ...geometry.polygons import soft_polygon
from ...geometry.strain import compression
from ..uv.atlas import UvAtlas
from .layers import LAYERS, FoldLayer
from .patch import Patch, patch_of, tangential, with_gradients
from .relief import fold_relief

_MM = 1e-3
_BEHIND = 25 * _MM  # how far behind its outline a place may reach
_NO_FOLDS = (RegionName.LIPS, RegionName.LIDS, RegionName.EYES, RegionName.MOUTH_INTERIOR, RegionName.SKIRT)
_SPREAD = 5 * _MM  # over which the strain of a mesh is smoothed
_HALF = 0.08  # compression at which folds are 63 % of their depth
_LEAST = 0.25  # how deep folds are where the keys press nothing


@dataclass(frozen=True)
class Lines:
    """The course of a layer's lines on a patch of P vertices."""

    patch: Patch
    strength: Floats64  # (P,) 0 to 1
    phase: Floats64  # (P,) number of the line, whole in a valley
    along: Floats64  # (P,) metres along it


def wrinkle_map(
    group: str, moved: Floats, neutral: Floats, atlas: UvAtlas, irregular: float = 1.0
) -> Floats32:
    """A group's folds (T, T) in metres, those of a face that has many.

    Args:
        moved: (V, 3) the face with all of the group's expression, ``neutral`` without.
        irregular: 0 has lines that are all alike.
    """
    total = np.zeros((atlas.size, atlas.size))
    for number, layer in enumerate(LAYERS[group]):
        course = lines_of(layer, moved, neutral, atlas.model)
        seed = zlib.crc32(f"{group} {number}".encode()) % 100_000
        _add(total, course, layer, atlas, lambda p, a, layer=layer, seed=seed: fold_relief(p, a, layer, seed, irregular))
    return total.astype(np.float32)


def lines_of(layer: FoldLayer, moved: Floats, neutral: Floats, model: FaceModel) -> Lines:
    """Where the lines of a layer run on a face that is pressed together from ``neutral`` to ``moved`` (V, 3)."""
    dense = model.dense_points(np.asarray(neutral, np.float64))
    place = _place(layer, neutral, dense, model)
    patch = patch_of(place, neutral, _skin_triangles(model))
    pressed = compression(neutral, moved, patch.corners)
    tensors = patch.smoothed(patch.at_vertices(pressed.reshape(-1, 9)), _SPREAD).reshape(-1, 3, 3)
    normals = patch.normals()
    sense = tangential(layer.sense.at(patch.points, dense), normals)
    across, amount = _pressed_most(tensors + layer.prior * sense[:, :, None] * sense[:, None, :], sense, normals)
    strength = place[patch.ids] * (_LEAST + (1.0 - _LEAST) * (1.0 - np.exp(-np.maximum(amount - layer.prior, 0.0) / _HALF)))
    spacing = _spacing(layer, patch.points, dense)
    fields = np.stack([across / spacing[:, None], np.cross(normals, across)], axis=-1)
    fields = fields[patch.triangles].mean(axis=1)
    weight = (0.02 + place[patch.ids])[patch.triangles].mean(axis=1)
    pinned = _pinned(layer, patch, dense)
    phase = with_gradients(patch, fields[..., :1], weight, pinned, 0.03 if layer.led else 1e-6)[:, 0]
    along = with_gradients(patch, fields[..., 1:], weight, pinned[:1], 1e-6)[:, 0]
    return Lines(patch, strength, phase + layer.start, along)


def _place(layer: FoldLayer, neutral: Floats, dense: Floats, model: FaceModel) -> Floats64:
    """(V,) 1 where a layer's folds may lie, 0 where not."""
    outline = dense[list(layer.outline)]
    place = soft_polygon(np.asarray(neutral)[:, :2], outline[:, :2], layer.edge)
    place = np.where(np.asarray(neutral)[:, 2] > outline[:, 2].min() - _BEHIND, place, 0.0)
    for name in (*_NO_FOLDS, *layer.bare):
        if name in model.region_names:
            place = place * (1.0 - model.region(name))
    return place


def _skin_triangles(model: FaceModel) -> Ints:
    """(N, 3)"""
    from ...geometry.faces import triangulate

    return triangulate(model.faces[model.face_parts == model.part_names.index(PartName.SKIN)])


def _pressed_most(tensors: Floats, sense: Floats, normals: Floats) -> tuple[Floats64, Floats64]:
    """Unit directions (P, 3) along the skin in which tensors (P, 3, 3) are greatest, on the side of ``sense``; how great."""
    values, vectors = np.linalg.eigh(tensors)
    across = tangential(vectors[:, :, -1], normals)
    side = np.sign((across * sense).sum(axis=1, keepdims=True))
    return across * np.where(side == 0.0, 1.0, side), values[:, -1]


def _spacing(layer: FoldLayer, points: Floats, dense: Floats) -> Floats64:
    """(P,) metres between lines."""
    if layer.fan is None:
        return np.full(len(points), layer.spacing)
    centre, distance = layer.fan
    away = np.linalg.norm(points - dense[centre], axis=1)
    return layer.spacing * np.clip(away / distance, 0.4, 2.0)


def _pinned(layer: FoldLayer, patch: Patch, dense: Floats) -> Ints:
    """Vertices of a patch by which the anchored line runs."""
    marks = dense[list(layer.anchor)]
    if layer.led:
        steps = np.linspace(0.0, len(marks) - 1, 12 * (len(marks) - 1) + 1)
        marks = np.stack([np.interp(steps, np.arange(len(marks)), axis) for axis in marks.T], axis=1)
    else:
        marks = marks[:1]
    return np.unique(KDTree(patch.points).query(marks)[1])


def _add(total: Floats64, course: Lines, layer: FoldLayer, atlas: UvAtlas, height) -> None:
    """Add a layer's relief to a map (T, T), in the texels in which it has some."""
    full = np.zeros((len(atlas.model.mean), 3))
    full[course.patch.ids] = np.stack([course.strength, course.phase, course.along], axis=1)
    inside = np.zeros(len(full), bool)
    inside[course.patch.ids] = True
    touched = inside[atlas.triangles].all(axis=1) & (full[atlas.triangles, 0] > 0.0).any(axis=1)
    touched &= atlas.triangle_parts == atlas.model.part_names.index(PartName.SKIN)
    texels = np.flatnonzero(touched[atlas.triangle_ids] & atlas.mask)
    corners = atlas.triangles[atlas.triangle_ids.ravel()[texels]]
    weights = atlas.barycentrics.reshape(-1, 3)[texels]
    strength, phase, along = (full[corners] * weights[..., None]).sum(axis=1).T
    total.ravel()[texels] += strength * height(phase, along)
