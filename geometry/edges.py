"""Edges of meshes of quads and triangles. NumPy alone: Blender's own Python uses this module."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import Bools, Floats, Ints
from .faces import NO_CORNER


@dataclass(frozen=True)
class Edges:
    """The edges of a mesh, each once, and the H half-edges that lie on them."""

    ends: Ints  # (E, 2) sorted, lower id first
    of_half: Ints  # (H,) the edge of every half-edge
    users: Ints  # (E,) how many half-edges lie on each

    @property
    def border(self) -> Bools:
        """(E,) whether an edge belongs to one face only."""
        return self.users == 1


def half_edges(faces: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Every half-edge of faces (F, 3) or (F, 4), -1 last for a triangle, face by face.

    Returns:
        Four arrays (H,): the face, the start vertex, the end vertex, and the start of the face's previous half-edge.
    """
    sides = (faces != NO_CORNER).sum(axis=1)
    face = np.repeat(np.arange(len(faces)), sides)
    corner = np.arange(len(face)) - np.repeat(np.cumsum(sides) - sides, sides)
    start = faces[face, corner]
    end = faces[face, (corner + 1) % sides[face]]
    previous = faces[face, (corner - 1) % sides[face]]
    return face, start, end, previous


def edges_of(faces: Ints) -> Edges:
    """The edges of faces (F, 3) or (F, 4); half-edges in the order of `half_edges`."""
    _, start, end, _ = half_edges(faces)
    count = int(faces.max(initial=0)) + 1
    keys = np.minimum(start, end).astype(np.int64) * count + np.maximum(start, end)
    unique, of_half, users = np.unique(keys, return_inverse=True, return_counts=True)
    return Edges(np.stack([unique // count, unique % count], axis=1), of_half, users)


def unique_edges(faces: Ints) -> Ints:
    """The edges (E, 2) of faces (F, 3) or (F, 4), each once, lower id first, sorted."""
    return edges_of(faces).ends


def edge_lengths(vertices: Floats, faces: Ints) -> Floats:
    """Mean length (V,) of the edges at each vertex (V, 3) of faces (F, 3) or (F, 4), each of which has some."""
    ends = unique_edges(faces)
    length = np.linalg.norm(vertices[ends[:, 0]] - vertices[ends[:, 1]], axis=1)
    count = len(vertices)
    return np.bincount(ends.ravel(), np.repeat(length, 2), count) / np.bincount(ends.ravel(), minlength=count)


def border_sides(triangles: Ints) -> Bools:
    """(T, 3) whether the edge from corner k to corner k + 1 belongs to this triangle alone."""
    edges = edges_of(triangles)
    return edges.border[edges.of_half].reshape(-1, 3)
