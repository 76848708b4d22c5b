"""Laplacians of meshes as sparse matrices, and what is harmonic under them."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix, diags, spmatrix
from scipy.sparse.csgraph import laplacian
from scipy.sparse.linalg import splu

from .arrays import Floats, Ints
from .edges import unique_edges

SMALLEST_AREA = 1e-14  # twice a triangle's area below which its cotangents stop growing, square metres


def adjacency(edges: Ints, count: int, weights: Floats | None = None) -> csr_matrix:
    """Symmetric weights (count, count) of edges (E, 2), each given once; 1 where none are given."""
    values = np.ones(len(edges)) if weights is None else weights
    graph = coo_matrix((values, (edges[:, 0], edges[:, 1])), (count, count))
    return (graph + graph.T).tocsr()


def graph_laplacian(weights: spmatrix) -> csr_matrix:
    """(V, V): the sum of a point's weights times its value, minus the weighted values of its neighbours."""
    return laplacian(weights, use_out_degree=True).tocsr()


def umbrella(faces: Ints, count: int) -> csr_matrix:
    """Uniform Laplacian (count, count): a point minus the mean of its neighbours; zero for a point without any."""
    joined = adjacency(unique_edges(faces), count)
    degree = np.asarray(joined.sum(axis=1)).ravel()
    return (diags((degree > 0).astype(float)) - diags(1 / np.maximum(degree, 1)) @ joined).tocsr()


def cotangent_laplacian(vertices: Floats, triangles: Ints) -> tuple[csr_matrix, Floats]:
    """Stiffness (V, V) and lumped masses (V,) of a surface in three dimensions (Pinkall and Polthier 1993).

    No weight of a triangle is negative, so that nothing harmonic overshoots.
    """
    count = len(vertices)
    matrix, mass = csr_matrix((count, count)), np.zeros(count)
    for k in range(3):
        i, j, o = triangles[:, k], triangles[:, (k + 1) % 3], triangles[:, (k + 2) % 3]
        u, v = vertices[i] - vertices[o], vertices[j] - vertices[o]
        area = np.linalg.norm(np.cross(u, v), axis=1)
        weight = np.maximum((u * v).sum(axis=1), 0) / np.maximum(area, SMALLEST_AREA) / 2
        matrix = matrix + coo_matrix((weight, (i, j)), (count, count))
        np.add.at(mass, o, area / 6)
    return graph_laplacian(matrix + matrix.T), mass


def harmonic(matrix: spmatrix, free: Ints, fixed: Ints, values: Floats) -> Floats:
    """Values (N,) or (N, C) at points ``free`` (N,) at which ``matrix @ values`` is zero.

    ``values`` (K,) or (K, C) are given at the points ``fixed`` (K,); at all others the values are zero.
    """
    rows = matrix.tocsr()[free]
    return splu(rows[:, free].tocsc()).solve(-rows[:, fixed] @ values)
