"""The course of a layer's lines on a face: across the direction in which an expression presses the skin together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from ...anatomy.regions import RegionName
from ...bfm.face_model import FaceModel
from ...geometry.arrays import Bools, Floats, Floats64, Ints
from ...geometry.polygons import soft_polygon
from ...geometry.strain import compression
from ..uv.atlas import UvAtlas
from ..uv.mirror import SKIN, part_groups
from .layers import FoldLayer
from .patch import Patch, patch_of, tangential, with_gradients

_MM = 1e-3
_BEHIND = 25 * _MM  # how far behind its outline a place may reach
_NO_FOLDS = (RegionName.LIPS, RegionName.LIDS, RegionName.EYES, RegionName.MOUTH_INTERIOR, RegionName.SKIRT)
_SPREAD = 5 * _MM  # over which the strain of a mesh is smoothed
_HALF = 0.08  # compression at which folds have 63 % of their depth
_LEAST = 0.25  # share of the depth where the keys press nothing
_BEYOND = 0.02  # weight of the skin beyond the place, where lines only have to end somehow
_FIRM, _LOOSE = 0.03, 1e-6  # square metres that a point of the anchor counts: a line follows it, or just runs by it


@dataclass(frozen=True)
class Lines:
    """The course of lines on a patch of P vertices."""

    patch: Patch
    place: Floats64  # (P,) 1 where the folds may lie, 0 where not
    strength: Floats64  # (P,) how deep they are, 0 to 1: the place times how much the skin is pressed
    phase: Floats64  # (P,) number of the line, whole in a valley
    along: Floats64  # (P,) metres along it


@dataclass(frozen=True)
class Course:
    """Lines in the N texels that they run through."""

    layer: FoldLayer
    texels: Ints  # (N,) of the flattened texture
    place: Floats64  # (N,), this and the others as those of `Lines`
    strength: Floats64  # (N,)
    phase: Floats64  # (N,)
    along: Floats64  # (N,)


def course_of(layer: FoldLayer, moved: Floats, neutral: Floats, atlas: UvAtlas) -> Course:
    """The lines of a layer on a face that an expression moves from ``neutral`` to ``moved``, (V, 3) metres."""
    lines = lines_of(layer, moved, neutral, atlas.model)
    values = np.zeros((len(neutral), 4))
    values[lines.patch.ids] = np.stack([lines.place, lines.strength, lines.phase, lines.along], axis=1)
    inside = np.zeros(len(neutral), bool)
    inside[lines.patch.ids] = True
    touched = inside[atlas.triangles].all(axis=1) & (values[atlas.triangles, 0] > 0.0).any(axis=1)
    touched &= _is_skin(atlas)
    texels = np.flatnonzero(touched[atlas.triangle_ids] & atlas.mask)
    corners = atlas.triangles[atlas.triangle_ids.ravel()[texels]]
    weights = atlas.barycentrics.reshape(-1, 3)[texels, :, None]
    return Course(layer, texels, *(values[corners] * weights).sum(axis=1).T)


def lines_of(layer: FoldLayer, moved: Floats, neutral: Floats, model: FaceModel) -> Lines:
    """The lines of a layer on the mesh; see `course_of`."""
    dense = model.dense_points(np.asarray(neutral, np.float64))
    everywhere = _place(layer, neutral, dense, model)
    patch = patch_of(everywhere, neutral, model.triangles())
    if not len(patch.ids):
        return Lines(patch, *np.zeros((4, 0)))
    place, normals = everywhere[patch.ids], patch.normals()
    pressed = patch.at_vertices(compression(neutral, moved, patch.corners).reshape(-1, 9))
    tensors = patch.smoothed(pressed, _SPREAD).reshape(-1, 3, 3)
    sense = tangential(layer.sense.at(patch.points, dense), normals)
    amount = np.maximum(np.linalg.eigvalsh(tensors)[:, -1], 0.0)
    across = _pressed_most(tensors + layer.prior * sense[:, :, None] * sense[:, None, :], sense, normals)
    fields = np.stack([across / _spacing(layer, patch.points, dense)[:, None], np.cross(normals, across)], axis=-1)
    fields, weight = fields[patch.triangles].mean(axis=1), (_BEYOND + place)[patch.triangles].mean(axis=1)
    pinned = _pinned(layer, patch, dense)
    phase = with_gradients(patch, fields[..., :1], weight, pinned, _FIRM if layer.led else _LOOSE)[:, 0]
    along = with_gradients(patch, fields[..., 1:], weight, pinned[:1], _LOOSE)[:, 0]
    strength = place * (_LEAST + (1.0 - _LEAST) * (1.0 - np.exp(-amount / _HALF)))
    return Lines(patch, place, strength, phase + layer.start, along)


def _is_skin(atlas: UvAtlas) -> Bools:
    """(N,) whether a triangle of the layout is of the outer skin."""
    return part_groups(atlas.model.part_names)[atlas.triangle_parts] == SKIN


def _place(layer: FoldLayer, neutral: Floats, dense: Floats, model: FaceModel) -> Floats64:
    """(V,) 1 where a layer's folds may lie, 0 where not."""
    outline = dense[list(layer.outline)]
    low, high = outline.min(axis=0) - _BEHIND, outline.max(axis=0) + _BEHIND
    near = np.flatnonzero(((neutral > low) & (neutral < high)).all(axis=1))
    place = np.zeros(len(neutral))
    place[near] = soft_polygon(np.asarray(neutral, np.float64)[near, :2], outline[:, :2], layer.edge)
    for name in (*_NO_FOLDS, *layer.bare):
        if name in model.region_names:
            place *= 1.0 - model.region(name)
    return place


def _pressed_most(tensors: Floats, sense: Floats, normals: Floats) -> Floats64:
    """Unit directions (P, 3) along the skin in which tensors (P, 3, 3) are greatest, on the side of ``sense``."""
    across = tangential(np.linalg.eigh(tensors)[1][:, :, -1], normals)
    return np.where((across * sense).sum(axis=1, keepdims=True) < 0.0, -across, across)


def _spacing(layer: FoldLayer, points: Floats, dense: Floats) -> Floats64:
    """(P,) metres between lines."""
    if layer.fan is None:
        return np.full(len(points), layer.spacing)
    centre, distance = layer.fan
    return layer.spacing * np.clip(np.linalg.norm(points - dense[centre], axis=1) / distance, 0.4, 2.0)


def _pinned(layer: FoldLayer, patch: Patch, dense: Floats) -> Ints:
    """Vertices of a patch by which the anchored line runs; the first is by the first landmark."""
    marks = dense[list(layer.anchor)]
    if layer.led:
        steps = np.linspace(0.0, len(marks) - 1, 12 * (len(marks) - 1) + 1)
        marks = np.stack([np.interp(steps, np.arange(len(marks)), axis) for axis in marks.T], axis=1)
    return KDTree(patch.points).query(marks if layer.led else marks[:1])[1]
