"""The zero of a volume of distances as a mesh, as RAFaRe's own code writes it."""

from __future__ import annotations

import io

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ...errors import LikenessError
from ...geometry.arrays import Floats, Ints
from ...geometry.edges import edges_of, half_edges


def zero_surface(distances: Floats) -> tuple[Floats, Ints]:
    """Vertices (V, 3) in [-1, 1] and triangles (F, 3) of the largest connected part of where a volume (N, N, N) is 0.

    Marching cubes (Lorensen and Cline 1987, as Lewiner et al. 2003 have it). Empty where nothing is 0.

    Raises:
        LikenessError: scikit-image, which nothing else needs, is not installed.
    """
    if not distances.min() < 0.0 < distances.max():
        return np.zeros((0, 3)), np.zeros((0, 3), np.int32)
    try:
        from skimage.measure import marching_cubes
    except ImportError as error:
        raise LikenessError(
            "RAFaRe's own mesh needs scikit-image: install it with `pip install scikit-image`."
        ) from error
    vertices, triangles, _, _ = marching_cubes(distances, 0.0)
    # Half a voxel, as the official code has it: pixels have their centres in the middle, voxels at their corners.
    vertices = (vertices + 0.5) * 2.0 / len(distances) - 1.0
    return largest_part(vertices, triangles.astype(np.int32))


def obj_file(distances: Floats) -> bytes:
    """The mesh of a volume, in half sides of the picture: x right, y up, z out."""
    vertices, triangles = zero_surface(distances)
    stream = io.BytesIO()
    np.savetxt(stream, vertices, fmt="v %.6f %.6f %.6f")
    np.savetxt(stream, triangles + 1, fmt="f %d %d %d")
    return stream.getvalue()


def largest_part(vertices: Floats, triangles: Ints) -> tuple[Floats, Ints]:
    """The most triangles (F, 3) that hang together by their edges, and their vertices."""
    parts = _parts(triangles)
    kept = triangles[parts == np.bincount(parts).argmax()]
    used, kept = np.unique(kept, return_inverse=True)
    return vertices[used], kept.reshape(-1, 3).astype(np.int32)


def _parts(triangles: Ints) -> Ints:
    """(F,) the number of the part that a triangle belongs to: those of one edge belong together."""
    edges = edges_of(triangles)
    faces, count = half_edges(triangles)[0], len(triangles)
    size = count + len(edges.ends)
    links = coo_matrix((np.ones(len(faces), bool), (faces, count + edges.of_half)), shape=(size, size))
    return connected_components(links, directed=False)[1][:count]
