"""Flattening a disc of triangles with little stretch: the symmetric Dirichlet energy, which no triangle can fold under.

It goes to infinity before a triangle's area is zero (Smith and Schaefer, SIGGRAPH 2015).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix, csc_matrix
from scipy.sparse import identity as eye
from scipy.sparse.linalg import splu

from .arrays import Floats, Ints
from .laplacians import graph_laplacian

THINNEST = 0.05  # height over length of a triangle; thinner ones may change their shape
SMALLEST = 0.2  # weight of the smallest triangles, over the median
SUFFICIENT = 1e-4  # part of the promised descent that a step must keep (Armijo)
SHORTEST_STEP = 1e-12


@dataclass(frozen=True)
class RestTriangles:
    """Triangles to flatten: ids, rest shape (two edges in the plane, inverted) and weights that sum to 1."""

    triangles: Ints  # (T, 3)
    inverse: Floats  # (T, 2, 2)
    weights: Floats  # (T,)


def rest_triangles(rest: Floats, triangles: Ints, size: Floats, light: slice, lightness: float) -> RestTriangles:
    """Triangles (T, 3) that shall have the shape they have on points ``rest`` (V, 3), ``size`` (T,) times as large.

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
    return RestTriangles(triangles, np.linalg.inv(shape * size[:, None, None]), weights / weights.sum())


@dataclass(frozen=True)
class Layout:
    """Flat points with their energy."""

    flat: Floats  # (V, 2)
    energy: float
    gradient: Floats  # (V, 2)


def laid_out(sheet: RestTriangles, flat: Floats) -> Layout:
    """The points (V, 2) and their symmetric Dirichlet energy."""
    return Layout(flat, *dirichlet(sheet, flat))


def relax(sheet: RestTriangles, flat: Floats, iterations: int) -> Floats:
    """Points (V, 2) of less energy: descends by the gradient smoothed with a Laplacian, halving steps that fold."""
    solver = splu(_stiffness(sheet, len(flat)))
    layout, step = laid_out(sheet, flat), 1.0
    for _ in range(iterations):
        found = descended(sheet, layout, -solver.solve(layout.gradient), 4 * step)
        if found is None:
            break
        layout, step = found
    return layout.flat


def descended(sheet: RestTriangles, layout: Layout, direction: Floats, step: float) -> tuple[Layout, float] | None:
    """Where a step along a direction (V, 2) leads, and the step: halved until enough of the promised descent is kept.

    None where even the shortest one leads no lower.
    """
    promise = float((direction * layout.gradient).sum())
    while step >= SHORTEST_STEP:
        trial = laid_out(sheet, layout.flat + step * direction)
        if trial.energy <= layout.energy + SUFFICIENT * step * promise:
            return trial, step
        step /= 2
    return None


def dirichlet(sheet: RestTriangles, flat: Floats) -> tuple[float, Floats]:
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


def _stiffness(sheet: RestTriangles, count: int) -> csc_matrix:
    """The energy's Hessian at rest, up to a factor: a weighted graph Laplacian, slightly regularised."""
    rows, columns, values = [], [], []
    for k in range(3):
        rows.append(sheet.triangles[:, k])
        columns.append(sheet.triangles[:, (k + 1) % 3])
        values.append(sheet.weights * np.abs(np.linalg.det(sheet.inverse)))
    joined = coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), (count, count))
    laplacian = graph_laplacian(joined + joined.T)
    return (laplacian + eye(count) * (1e-8 * laplacian.diagonal().max())).tocsc()
