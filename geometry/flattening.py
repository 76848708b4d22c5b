"""Flattening a disc of triangles with little stretch: the symmetric Dirichlet energy, which no triangle can fold under.

It goes to infinity before a triangle's area is zero (Smith and Schaefer, SIGGRAPH 2015).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix, csc_matrix, diags
from scipy.sparse import identity as eye
from scipy.sparse.linalg import splu

from .arrays import Floats, Ints

THINNEST = 0.05  # height over length of a triangle; thinner ones may change their shape
SMALLEST = 0.2  # weight of the smallest triangles, over the median


@dataclass(frozen=True)
class Sheet:
    """Triangles to flatten: ids, rest shape (two edges in the plane, inverted) and weights that sum to 1."""

    triangles: Ints  # (T, 3)
    inverse: Floats  # (T, 2, 2)
    weights: Floats  # (T,)


def sheet_of(rest: Floats, triangles: Ints, size: Floats, light: slice, lightness: float) -> Sheet:
    """A sheet whose triangles (T, 3) shall have their shape on points ``rest`` (V, 3), ``size`` (T,) times as large.

    Those of ``light`` only weigh ``lightness`` as much.
    """
    a, b = (rest[triangles[:, k]] - rest[triangles[:, 0]] for k in (1, 2))
    length = np.linalg.norm(a, axis=1)
    along = (a * b).sum(axis=1) / length
    height = np.linalg.norm(np.cross(a, b), axis=1) / length
    height = np.maximum(height, THINNEST * np.maximum(length, np.abs(along)))
    shape = np.stack([np.stack([length, along], axis=1), np.stack([np.zeros_like(height), height], axis=1)], axis=1)
    weights = np.maximum(length * height, np.median(length * height) * SMALLEST)
    weights[light] *= lightness
    return Sheet(triangles, np.linalg.inv(shape * size[:, None, None]), weights / weights.sum())


def relax(sheet: Sheet, flat: Floats, iterations: int) -> Floats:
    """Points (V, 2) of less energy: descends by the gradient smoothed with a Laplacian, halving steps that fold."""
    solver = splu(_stiffness(sheet, len(flat)))
    energy, gradient = dirichlet(sheet, flat)
    step = 1.0
    for _ in range(iterations):
        direction = -solver.solve(gradient)
        slope = float((direction * gradient).sum())
        step *= 4
        while True:
            trial = flat + step * direction
            value, trial_gradient = dirichlet(sheet, trial)
            if value <= energy + 1e-4 * step * slope:
                break
            step /= 2
            if step < 1e-12:
                return flat
        flat, energy, gradient = trial, value, trial_gradient
    return flat


def dirichlet(sheet: Sheet, flat: Floats) -> tuple[float, Floats]:
    """Symmetric Dirichlet energy, infinite when a triangle is folded, and its gradient (N, 2)."""
    p = flat[sheet.triangles]
    edges = np.stack([p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]], axis=2)
    j = edges @ sheet.inverse
    det = j[:, 0, 0] * j[:, 1, 1] - j[:, 0, 1] * j[:, 1, 0]
    if det.min() <= 0:
        return np.inf, np.zeros_like(flat)
    square = (j**2).sum(axis=(1, 2))
    energy = float((sheet.weights * (square + square / det**2)).sum())
    cofactor = np.stack([np.stack([j[:, 1, 1], -j[:, 1, 0]], 1), np.stack([-j[:, 0, 1], j[:, 0, 0]], 1)], axis=1)
    slope = 2 * j * (1 + det**-2)[:, None, None] - (2 * square * det**-3)[:, None, None] * cofactor
    slope = (sheet.weights[:, None, None] * slope) @ sheet.inverse.transpose(0, 2, 1)
    gradient = np.zeros_like(flat)
    for corner, part in ((1, slope[:, :, 0]), (2, slope[:, :, 1])):
        np.add.at(gradient, sheet.triangles[:, corner], part)
        np.add.at(gradient, sheet.triangles[:, 0], -part)
    return energy, gradient


def _stiffness(sheet: Sheet, count: int) -> csc_matrix:
    """The energy's Hessian at rest, up to a factor: a weighted graph Laplacian, slightly regularised."""
    rows, columns, values = [], [], []
    for k in range(3):
        rows.append(sheet.triangles[:, k])
        columns.append(sheet.triangles[:, (k + 1) % 3])
        values.append(sheet.weights * np.abs(np.linalg.det(sheet.inverse)))
    joined = coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), (count, count))
    joined = joined + joined.T
    degree = np.asarray(joined.sum(axis=1)).ravel()
    return (diags(degree) - joined + eye(count) * (1e-8 * degree.max())).tocsc()
