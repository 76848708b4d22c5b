"""Catmull-Clark subdivision of quads and triangles as a sparse matrix (Catmull and Clark, CAD 1978).

Open borders follow the cubic B-spline rule (Nasri 1987; DeRose et al., SIGGRAPH 1998). Everything is linear:
fine vertices = matrix @ control points, so mean, modes and expressions all pass through the same matrix.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix, diags, vstack
from scipy.sparse import identity as eye

from .arrays import Floats, Ints
from .edges import Edges, edges_of, half_edges
from .faces import NO_CORNER


@dataclass(frozen=True)
class Subdivided:
    """A subdivided mesh: ``matrix`` (V, C) from control points to vertices; the C originals come first."""

    matrix: csr_matrix
    faces: Ints  # (F, 4)
    parents: Ints  # (F,) control face each fine face lies in
    edges: Ints  # (E, 2) edges (sorted ends) of the control mesh; vertex C + e lies on edge e after one level


def subdivide(faces: Ints, count: int, levels: int) -> Subdivided:
    """Subdivide faces (F, 4; -1 last = triangle) over ``count`` control points ``levels`` times."""
    matrix: csr_matrix = eye(count, format="csr")
    parents = np.arange(len(faces))
    edges = np.zeros((0, 2), dtype=np.int64)
    for _ in range(levels):
        step = _once(faces, matrix.shape[0])
        matrix, faces, edges = (step.matrix @ matrix).tocsr(), step.faces, step.edges
        parents = parents[step.parents]
    return Subdivided(matrix, faces, parents, edges)


def _once(faces: Ints, count: int) -> Subdivided:
    face, start, _, previous = half_edges(faces)
    edges = edges_of(faces)
    number, border = len(edges.ends), edges.border
    face_rows = _average(face, start, (len(faces), count))
    ends = _average(np.repeat(np.arange(number), 2), edges.ends.ravel(), (number, count))
    around = _average(edges.of_half, face, (number, len(faces))) @ face_rows
    edge_rows = diags(np.where(border, 1.0, 0.5)) @ ends + diags(np.where(border, 0.0, 0.5)) @ around
    faces_mean = _average(start, face, (count, len(faces))) @ face_rows
    matrix = vstack([_vertex_rule(edges, ends, faces_mean), edge_rows, face_rows]).tocsr()

    key = np.minimum(previous, start).astype(np.int64) * count + np.maximum(previous, start)
    edge_before = np.searchsorted(edges.ends[:, 0] * count + edges.ends[:, 1], key)
    corners = [start, count + edges.of_half, count + number + face, count + edge_before]
    return Subdivided(matrix, np.stack(corners, axis=1).astype(np.int32), face, edges.ends)


def _vertex_rule(edges: Edges, ends: csr_matrix, faces_mean: csr_matrix) -> csr_matrix:
    """(F + 2R + (n - 3) P) / n inside; 1/8, 6/8, 1/8 along a border."""
    count = faces_mean.shape[0]
    valence = np.bincount(edges.ends.ravel(), minlength=count).astype(float)
    on_border = np.zeros(count, dtype=bool)
    on_border[edges.ends[edges.border]] = True
    edge_of = np.repeat(np.arange(len(edges.ends)), 2)
    edges_mean = _average(edges.ends.ravel(), edge_of, (count, len(edges.ends))) @ ends
    inner = diags(1 / valence) @ (faces_mean + 2 * edges_mean + diags(valence - 3) @ eye(count))
    along = np.flatnonzero(edges.border)
    border_mean = _average(edges.ends[along].ravel(), np.repeat(along, 2), (count, len(edges.ends))) @ ends
    outer = 0.5 * border_mean + 0.5 * eye(count)
    return (diags((~on_border).astype(float)) @ inner + diags(on_border.astype(float)) @ outer).tocsr()


def _average(rows: Ints, columns: Ints, shape: tuple[int, int]) -> csr_matrix:
    """Matrix whose row is the average over the listed columns; empty rows stay zero."""
    sums = coo_matrix((np.ones(len(rows)), (rows, columns)), shape=shape).tocsr()
    count = np.bincount(rows, minlength=shape[0])
    return (diags(1 / np.maximum(count, 1)) @ sums).tocsr()


def mirror_subdivided(faces: Ints, mirror: Ints, levels: int) -> Ints:
    """Mirror permutation of the vertices after ``levels`` subdivisions of a symmetric mesh."""
    for _ in range(levels):
        count = len(mirror)
        step = _once(faces, count)
        position = {tuple(e): i for i, e in enumerate(step.edges.tolist())}
        twin = np.sort(mirror[step.edges], axis=1).tolist()
        edge_mirror = np.array([position[tuple(e)] for e in twin])
        where = {frozenset(f): i for i, f in enumerate(faces.tolist())}
        padded = np.append(mirror, NO_CORNER)  # index -1 maps to -1
        face_mirror = np.array([where[frozenset(f)] for f in padded[faces].tolist()])
        mirror = np.concatenate([mirror, count + edge_mirror, count + len(step.edges) + face_mirror])
        faces = step.faces
    return mirror


def interpolating_control(vertex_rows: csr_matrix, smoothness: csr_matrix, weight: float) -> Floats:
    """Dense matrix K (C, C): control points = K @ wanted positions of the C original vertices.

    Least squares |S c - t|^2 + weight |L (c - t)|^2: the surface passes through the wanted points t, and the
    correction c - t of the control points stays smooth, so noise in t grows no wiggles.
    """
    s, bend = vertex_rows.toarray(), smoothness.toarray()
    correction = np.linalg.solve(s.T @ s + weight * bend.T @ bend, s.T @ (np.eye(len(s)) - s))
    return np.eye(len(s)) + correction
