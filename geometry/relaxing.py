"""Descends the energy of a flattened sheet in a few large steps, for meshes of tens of thousands of triangles.

Each step solves a Laplacian whose triangles weigh more the more they are squeezed: the proxy of Scalable Locally
Injective Mappings (Rabinovich et al., TOG 2017) with one weight for both directions. No step folds a triangle.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, diags, identity
from scipy.sparse.linalg import splu

from .arrays import Floats, Ints
from .flattening import RestTriangles, descended, laid_out

SHARE_OF_FOLD = 0.8  # how far a step may go towards the first fold
NONE = np.array([], dtype=np.int64)
REGULAR = 1e-9  # of the largest diagonal entry: the Laplacian leaves moving all points free


def relaxed(sheet: RestTriangles, flat: Floats, iterations: int, fixed: Ints = NONE) -> Floats:
    """Points (V, 2) of less energy than ``flat``, in which no triangle of the sheet is folded; ``fixed`` ones stay."""
    slopes, layout = _slopes(sheet, len(flat)), laid_out(sheet, flat)
    free = np.setdiff1d(np.arange(len(flat)), fixed)
    for _ in range(iterations):
        weights = np.repeat(2 * sheet.weights * _stiffness(slopes @ layout.flat), 2)
        laplacian = slopes.T @ diags(weights) @ slopes
        laplacian = laplacian + identity(len(flat)) * (REGULAR * laplacian.diagonal().max())
        direction = np.zeros_like(flat)
        direction[free] = -splu(laplacian.tocsr()[free][:, free].tocsc()).solve(layout.gradient[free])
        step = min(1.0, SHARE_OF_FOLD * _first_fold(sheet, layout.flat, direction))
        found = descended(sheet, layout, direction, step)
        if found is None:
            break
        layout, _ = found
    return layout.flat


def _slopes(sheet: RestTriangles, count: int) -> csr_matrix:
    """(2T, V): how a function on the points changes along both axes of each triangle's rest shape."""
    first, second = sheet.inverse[:, 0].ravel(), sheet.inverse[:, 1].ravel()  # (2T,) both axes of a triangle in turn
    values = np.stack([-first - second, first, second], axis=1)
    rows = np.repeat(np.arange(len(values)), 3)
    return csr_matrix((values.ravel(), (rows, np.repeat(sheet.triangles, 2, axis=0).ravel())), (len(values), count))


def _stiffness(jacobian: Floats) -> Floats:
    """Weight (T,) of each triangle's proxy for its map (2T, 2): (s - 1/s^3) / (s - 1), mean of its two stretches s."""
    maps = jacobian.reshape(-1, 2, 2)
    square, area = (maps**2).sum(axis=(1, 2)), np.abs(np.linalg.det(maps))
    spread = np.sqrt(np.maximum(square**2 - 4 * area**2, 0.0))
    stretches = np.sqrt(np.maximum([square + spread, square - spread], 1e-12) / 2)
    return (1 + 1 / stretches + 1 / stretches**2 + 1 / stretches**3).mean(axis=0)


def _first_fold(sheet: RestTriangles, flat: Floats, direction: Floats) -> float:
    """The smallest step at which a triangle's area becomes zero; infinite where none does."""
    (a, b), (p, q) = ([x[sheet.triangles[:, k]] - x[sheet.triangles[:, 0]] for k in (1, 2)] for x in (flat, direction))
    square, linear, constant = _cross(p, q), _cross(a, q) + _cross(p, b), _cross(a, b)
    root = np.sqrt(np.maximum(linear**2 - 4 * square * constant, 0.0))
    real = linear**2 >= 4 * square * constant
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.stack([2 * constant / (root - linear), 2 * constant / (-root - linear)])[:, real]
    return float(np.min(steps[steps > 0], initial=np.inf))


def _cross(a: Floats, b: Floats) -> Floats:
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
