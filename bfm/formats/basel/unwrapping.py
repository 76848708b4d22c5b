"""A UV layout for face masks: one chart, as little stretched as the surface allows, the mouth's slit closed.

It starts as a map that cannot fold, mean-value weights (Floater, Computer Aided Geometric Design 2003) inside a convex
outline (Tutte 1963), and relaxes from there.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

from ....geometry.arrays import Floats, Ints
from ....geometry.edges import unique_edges
from ....geometry.flattening import rest_triangles
from ....geometry.laplacians import adjacency, graph_laplacian, harmonic
from ....geometry.relaxing import relaxed

MARGIN = 0.015  # around the chart
FILL_WEIGHT = 0.003  # of the fans that close holes while the chart relaxes
ITERATIONS = 16
SHORTEST = 1e-7  # metres; shorter edges have no direction


def unwrap_mask(vertices: Floats, triangles: Ints) -> Floats | None:
    """A UV point (V, 2) in [0, 1], v up, for each vertex (V, 3) of a mask in model axes; upright, X to the right.

    None where the triangles (T, 3) are no disc with holes in it, so that no such chart exists.
    """
    loops = boundary_loops(triangles)
    used = np.unique(triangles)
    if not loops or len(used) != len(vertices) or not _is_disc(len(used), triangles, len(loops)):
        return None
    rim, *holes = sorted(loops, key=lambda loop: -_steps(vertices[loop]).sum())
    fans = [_fan(hole, len(vertices) + k) for k, hole in enumerate(holes)]
    filled = np.concatenate([triangles, *fans])
    rest = np.concatenate([vertices, *(vertices[hole].mean(axis=0)[None] for hole in holes)])
    sheet = rest_triangles(rest, filled, np.ones(len(filled)), slice(len(triangles), None), FILL_WEIGHT)
    flat = _inside_outline(rest, filled, rim)
    if _areas(flat, filled).min() <= 0:
        return None
    flat *= np.sqrt((0.5 / np.abs(np.linalg.det(sheet.inverse))).sum() / _areas(flat, filled).sum())
    return _upright(relaxed(sheet, flat, ITERATIONS)[: len(vertices)], vertices)


def boundary_loops(triangles: Ints) -> list[Ints]:
    """The closed boundaries of a surface as vertex ids, wound like its triangles; none where it touches itself."""
    edges = np.concatenate([triangles[:, [k, (k + 1) % 3]] for k in range(3)]).astype(np.int64)
    count = int(triangles.max()) + 1
    key, opposite = edges @ [count, 1], edges @ [1, count]
    rim = edges[~np.isin(key, opposite)]
    if len(np.unique(key)) < len(key) or len(np.unique(rim[:, 0])) < len(rim) or len(np.unique(rim[:, 1])) < len(rim):
        return []
    after = dict(rim.tolist())
    loops = []
    while after:
        start, current = after.popitem()
        loop = [start]
        while current != start:
            loop.append(current)
            current = after.pop(current)
        loops.append(np.array(loop))
    return loops


def _is_disc(count: int, triangles: Ints, loops: int) -> bool:
    """One piece with ``loops`` boundaries and no handle: Euler's formula, and that all hangs together."""
    edges = unique_edges(triangles)
    pieces = connected_components(adjacency(edges, count), directed=False, return_labels=False)
    return pieces == 1 and count - len(edges) + len(triangles) == 2 - loops


def _fan(hole: Ints, centre: int) -> Ints:
    """Triangles (n, 3) between a hole's boundary and a point in its middle, wound like the surface around."""
    return np.stack([np.roll(hole, -1), hole, np.full(len(hole), centre)], axis=1)


def _inside_outline(points: Floats, triangles: Ints, rim: Ints) -> Floats:
    """A map (V, 2) without folds: the rim on a circle as it is seen from the front, the rest at weighted means."""
    steps = _steps(points[rim])
    around = 2 * np.pi * (np.cumsum(steps) - steps) / steps.sum()
    centred = points[rim, :2] - points[rim, :2].mean(axis=0)
    start = np.angle((centred @ [1, 1j] * np.exp(-1j * around)).mean())
    flat = np.zeros((len(points), 2))
    flat[rim] = np.stack([np.cos(around + start), np.sin(around + start)], axis=1)
    free = np.setdiff1d(np.arange(len(points)), rim)
    flat[free] = harmonic(graph_laplacian(_mean_value_weights(points, triangles)), free, rim, flat[rim])
    return flat


def _mean_value_weights(points: Floats, triangles: Ints) -> csr_matrix:
    """Positive weights (V, V) of neighbours: tan(angle / 2) / distance of the two triangles at each edge."""
    rows, columns, values = [], [], []
    for k in range(3):
        here, there, other = (triangles[:, (k + n) % 3] for n in range(3))
        a, b = points[there] - points[here], points[other] - points[here]
        lengths = [np.maximum(np.linalg.norm(edge, axis=1), SHORTEST) for edge in (a, b)]
        half = np.tan(np.arccos(np.clip((a * b).sum(axis=1) / (lengths[0] * lengths[1]), -0.999, 0.999)) / 2)
        rows += [here, here]
        columns += [there, other]
        values += [half / lengths[0], half / lengths[1]]
    joined = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return coo_matrix(joined, (len(points), len(points))).tocsr()


def _steps(loop: Floats) -> Floats:
    """Distance (n,) of each point of a closed line (n, 3) to the next."""
    return np.linalg.norm(np.roll(loop, -1, axis=0) - loop, axis=1)


def _areas(flat: Floats, triangles: Ints) -> Floats:
    a, b = (flat[triangles[:, k]] - flat[triangles[:, 0]] for k in (1, 2))
    return (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2


def _upright(flat: Floats, vertices: Floats) -> Floats:
    """Turned so that it lies like the mask seen from the front, and fitted into the unit square."""
    centred, seen = flat - flat.mean(axis=0), vertices[:, :2] - vertices[:, :2].mean(axis=0)
    turn = np.vdot(centred @ [1, 1j], seen @ [1, 1j])
    turned = (centred @ [1, 1j]) * turn / abs(turn)
    flat = np.stack([turned.real, turned.imag], axis=1)
    low, high = flat.min(axis=0), flat.max(axis=0)
    return 0.5 + (flat - (low + high) / 2) * (1 - 2 * MARGIN) / (high - low).max()
