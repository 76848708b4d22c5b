"""How much a surface is pressed together where it is moved."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, Floats64, Ints

_FLAT = 1e-14  # square metres; a triangle whose sides span less has no strain


def compression(rest: Floats, moved: Floats, triangles: Ints) -> Floats64:
    """Tensors (T, 3, 3) in the plane of each triangle: minus the negative part of Green's strain.

    In the direction d the surface is pressed together by ``d . tensor d``, 0 where it only stretches; Green's strain is
    half the change of squared length, so turning and moving the surface are none. ``rest`` and ``moved`` are (V, 3).
    """
    corners, new = (np.asarray(points, np.float64)[triangles] for points in (rest, moved))
    sides = np.stack([corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]], axis=1)  # (T, 2, 3)
    new_sides = np.stack([new[:, 1] - new[:, 0], new[:, 2] - new[:, 0]], axis=1)
    frame = _frames(sides)
    flat = sides @ frame.transpose(0, 2, 1)  # (T, 2 sides, 2): lower triangular
    change = 0.5 * (new_sides @ new_sides.transpose(0, 2, 1) - sides @ sides.transpose(0, 2, 1))
    usable = np.abs(flat[:, 0, 0] * flat[:, 1, 1]) > _FLAT
    inverse = np.linalg.inv(np.where(usable[:, None, None], flat, np.eye(2)))
    strain = np.where(usable[:, None, None], inverse @ change @ inverse.transpose(0, 2, 1), 0.0)
    values, directions = np.linalg.eigh(strain)
    pressed = (directions * np.maximum(-values, 0.0)[:, None]) @ directions.transpose(0, 2, 1)
    return frame.transpose(0, 2, 1) @ pressed @ frame


def _frames(sides: Floats64) -> Floats64:
    """Two unit vectors at right angles (T, 2, 3) in the plane of each triangle, from its sides (T, 2, 3)."""
    first = sides[:, 0] / np.maximum(np.linalg.norm(sides[:, 0], axis=1, keepdims=True), 1e-30)
    rest = sides[:, 1] - (sides[:, 1] * first).sum(axis=1, keepdims=True) * first
    return np.stack([first, rest / np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-30)], axis=1)
