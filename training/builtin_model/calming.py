"""Fields that bend no more over dense meshes than over wide ones: at the corners of eyes and mouth edges are short."""

from __future__ import annotations

import numpy as np
from scipy.sparse import diags, identity
from scipy.sparse.linalg import splu

from ...geometry.arrays import Floats, Ints
from ...geometry.edges import edge_lengths
from ...geometry.laplacians import umbrella

CALM = 0.0015  # metres: edges shorter than this carry no bends of their own


def calmed(fields: Floats, points: Floats, faces: Ints) -> Floats:
    """Fields (K, S, 3) on points (S, 3) with faces (F, 4), calmed.

    Least squares: a field itself against its umbrella Laplacian over the size of the edges, times `CALM`.
    """
    bend = umbrella(faces, len(points))
    system = identity(len(points)) + bend.T @ diags((CALM / edge_lengths(points, faces)) ** 2) @ bend
    flat = fields.transpose(1, 0, 2).reshape(len(points), -1)
    solved = splu(system.tocsc()).solve(np.ascontiguousarray(flat))
    return np.ascontiguousarray(solved.reshape(len(points), -1, 3).transpose(1, 0, 2))
