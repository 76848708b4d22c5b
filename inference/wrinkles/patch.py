"""A patch of skin: a piece of a face's mesh on which a kind of fold may lie, and smooth fields on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, diags
from scipy.sparse.linalg import splu

from ...geometry.arrays import Floats, Floats64, Ints
from ...geometry.laplacians import cotangent_laplacian
from ...geometry.normals import area_normals, unit, vertex_normals


@dataclass(frozen=True)
class Patch:
    """P vertices of a mesh and the T triangles that join them."""

    ids: Ints  # (P,) of the vertices in the mesh
    points: Floats64  # (P, 3) metres, the neutral face
    triangles: Ints  # (T, 3) in the patch's own numbers

    @property
    def corners(self) -> Ints:
        """(T, 3) the triangles in the mesh's numbers."""
        return self.ids[self.triangles]

    def normals(self) -> Floats64:
        """(P, 3) unit."""
        return np.asarray(vertex_normals(self.points, self.triangles), np.float64)

    def areas(self) -> Floats64:
        """(T,) square metres."""
        return np.linalg.norm(area_normals(self.points[self.triangles]), axis=1) / 2.0

    def at_vertices(self, values: Floats) -> Floats64:
        """Values of triangles (T, C) -> their mean round each vertex (P, C), by area."""
        areas, count = self.areas(), len(self.points)
        owners = self.triangles.T.ravel()
        weighted = np.tile(values * areas[:, None], (3, 1))
        total = np.stack([np.bincount(owners, column, count) for column in weighted.T], axis=1)
        return total / np.maximum(np.bincount(owners, np.tile(areas, 3), count), 1e-15)[:, None]

    def smoothed(self, values: Floats, reach: float) -> Floats64:
        """Values (P, C) spread over ``reach`` metres along the surface."""
        stiffness, mass = cotangent_laplacian(self.points, self.triangles)
        mass = np.maximum(mass, 1e-12)
        return splu((diags(mass) + reach**2 * stiffness).tocsc()).solve(mass[:, None] * values)


def patch_of(ids_wanted: Floats, vertices: Floats, triangles: Ints) -> Patch:
    """The patch of the triangles (N, 3) of a mesh of which a corner is wanted; ``ids_wanted`` is (V,) 0 for no."""
    kept = triangles[(ids_wanted[triangles] > 0.0).any(axis=1)]
    ids, local = np.unique(kept, return_inverse=True)
    return Patch(ids, np.asarray(vertices, np.float64)[ids], local.reshape(-1, 3))


def gradients(patch: Patch) -> csr_matrix:
    """(3 T, P): values at the vertices -> their gradient in each triangle, per metre; rows x of all, then y, then z."""
    corners = patch.points[patch.triangles]
    normals = area_normals(corners)
    doubled = np.maximum((normals**2).sum(axis=1, keepdims=True), 1e-24)
    count = len(patch.triangles)
    rows, columns, values = [], [], []
    for corner in range(3):
        opposite = corners[:, (corner + 2) % 3] - corners[:, (corner + 1) % 3]
        hat = np.cross(normals, opposite) / doubled
        for axis in range(3):
            rows.append(np.arange(count) + axis * count)
            columns.append(patch.triangles[:, corner])
            values.append(hat[:, axis])
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return csr_matrix(entries, (3 * count, len(patch.points)))


def with_gradients(patch: Patch, fields: Floats, weight: Floats, pinned: Ints, firmness: float) -> Floats64:
    """Values (P, C) whose gradients are as near as can be to ``fields`` (T, 3, C), which may be no gradients.

    Args:
        weight: (T,) how much each triangle counts beside its area.
        pinned: vertices that are to have the value 0.
        firmness: weight of each of these, square metres per square metre.
    """
    operator = gradients(patch)
    counted = np.tile(np.maximum(patch.areas(), 1e-12) * weight, 3)
    held = np.zeros(len(patch.points))
    np.add.at(held, pinned, firmness)
    matrix = operator.T @ diags(counted) @ operator + diags(held + 1e-12)
    wanted = fields.transpose(1, 0, 2).reshape(-1, fields.shape[2])
    return splu(matrix.tocsc()).solve(operator.T @ (counted[:, None] * wanted))


def tangential(vectors: Floats, normals: Floats) -> Floats64:
    """Unit vectors (N, 3) of ``vectors`` in the planes of ``normals``; zero where there is nothing left."""
    flat = vectors - (vectors * normals).sum(axis=1, keepdims=True) * normals
    return np.asarray(unit(flat), np.float64)
