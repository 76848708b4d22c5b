"""Relief of the built-in model between its landmarks: measured offsets along the surface's normals.

Catmull-Clark surfaces through 468 landmarks are smooth where a face is not quite; ``training.measure_relief`` measures
the difference. Where a landmark detector's and a range scanner's word would quarrel (lids, lips' inside, nostrils,
eyeballs) the relief fades out.
"""

from __future__ import annotations

import numpy as np

from ...geometry.arrays import Floats, Ints


def smoothed(field: Floats, faces: Ints, rounds: int) -> Floats:
    """Fields (..., V) averaged with their neighbours along edges, ``rounds`` times."""
    edges = np.concatenate([faces[:, [i, (i + 1) % 4]] for i in range(4)])
    triangles = faces[faces[:, 3] < 0]
    edges = np.concatenate([edges[(edges >= 0).all(axis=1)], triangles[:, [2, 0]]])
    edges = np.unique(np.sort(edges, axis=1), axis=0)
    count = field.shape[-1]
    degree = np.bincount(edges.ravel(), minlength=count)
    for _ in range(rounds):
        total = np.zeros_like(field)
        for i, j in ((0, 1), (1, 0)):
            np.add.at(total.reshape(-1, count).T, edges[:, i], field.reshape(-1, count).T[edges[:, j]])
        field = np.where(degree > 0, (field + total / np.maximum(degree, 1)) / 2, field)
    return field
