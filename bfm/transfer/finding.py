"""The 68 landmarks of a head that comes without any: found by laying a face that has them over it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...anatomy.parts import PartName
from ...geometry.arrays import Floats
from ...geometry.closest import SearchableSurface
from ...geometry.normals import vertex_normals
from ...geometry.similarity import Similarity, umeyama
from .registration import Landmarks, register
from .shapes import UNSURE, Shape

LIMITS = (0.04, 0.03, 0.02, 0.015, 0.012, 0.01, 0.008, 0.008)  # metres from which a point still pulls, step by step
FOLLOWED = 3000  # so many points of the template are enough to place it
STRAYING = 0.2  # metres off the head: then it is none


def with_landmarks(target: Shape, template: Shape) -> Shape:
    """The target with the template's landmarks; both stand upright, look along Z and are as large as heads are.

    First the whole template is moved (iterative closest points, Besl and McKay, PAMI 1992) from where the tip of its
    nose is the target's foremost point, then it is bent onto the target; landmarks go to where it ends.
    """
    surface = SearchableSurface(target.vertices, target.outer())
    at = _placed(template, target, surface).apply(template.landmarks())
    spread = np.full(len(at), UNSURE)
    known = Landmarks(template.landmark_vertices, template.landmark_weights, at, spread)
    laid = register(template.vertices, template.outer(), surface, known)
    hits = surface.closest(replace(template, vertices=laid).landmarks(), within=STRAYING)
    return replace(target, landmark_vertices=surface.triangles[hits.triangles], landmark_weights=hits.weights)


def _placed(template: Shape, target: Shape, surface: SearchableSurface) -> Similarity:
    """What lays the template over the target as a whole."""
    normals = vertex_normals(template.vertices, template.outer())
    members = np.unique(template.outer())
    chosen = members[:: max(len(members) // FOLLOWED, 1)]
    placed = umeyama(_marks(template, target), _marks(target, template))
    for limit in LIMITS:
        now = placed.apply(template.vertices[chosen])
        hits = surface.closest(now, normals[chosen] @ placed.rotation.T, limit)
        near = np.isfinite(hits.distance) & ~surface.on_border(hits)
        if near.sum() < len(chosen) // 10:
            continue
        placed = umeyama(template.vertices[chosen][near], hits.points[near])
    return placed


def _marks(shape: Shape, other: Shape) -> Floats:
    """Points (K, 3) that every head has: about the tip of the nose, and the eyes where both have them apart."""
    skin = shape.vertices[np.unique(shape.triangles(PartName.SKIN))]
    tip = skin[skin[:, 2].argmax()]
    if shape.has_eyes and other.has_eyes:
        return np.stack([tip, *(shape.vertices[shape.vertices_of(*eye)].mean(axis=0) for eye in PartName.EYEBALLS)])
    return tip + 0.05 * np.concatenate([np.zeros((1, 3)), np.eye(3), -np.eye(3)])
