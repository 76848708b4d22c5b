"""The weak perspective of FaceScape's fit: turned, scaled and moved, with no depth. y up; pixels per millimetre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from ...geometry.arrays import Floats

SMALL = 1e-4  # radians below which a turn's series is cut off


@dataclass(frozen=True)
class WeakPerspective:
    """``pixel = scale * (rotation @ point)[:2] + shift``."""

    scale: float  # pixels per mm
    shift: Floats  # (2,) pixels
    turn: Floats  # (3,) axis times angle

    @property
    def rotation(self) -> Floats:
        """(3, 3)."""
        return Rotation.from_rotvec(self.turn).as_matrix()

    def project(self, points: Floats) -> Floats:
        """Points (N, 3) -> pixels (N, 2)."""
        return self.scale * points @ self.rotation[:2].T + self.shift

    def flat(self, points: Floats) -> Floats:
        """Points (..., 3) -> millimetres (..., 2) in the picture's plane, not yet moved."""
        return points @ self.rotation[:2].T


def spread_start(points: Floats, pixels: Floats, turn: Floats) -> WeakPerspective:
    """Scale and shift that give points (N, 3) the middle and the spread of pixels (N, 2); the turn is known."""
    flat = WeakPerspective(1.0, np.zeros(2), turn).project(points)
    middle, target = flat.mean(axis=0), pixels.mean(axis=0)
    scale = np.linalg.norm(pixels - target, axis=1).sum() / np.linalg.norm(flat - middle, axis=1).sum()
    return WeakPerspective(float(scale), target - scale * middle, turn)


def refined(start: WeakPerspective, points: Floats, pixels: Floats) -> WeakPerspective:
    """The pose of least squares from points (N, 3) to pixels (N, 2), by Levenberg-Marquardt."""

    def residuals(values: Floats) -> Floats:
        return (_pose(values).project(points) - pixels).ravel()

    def jacobian(values: Floats) -> Floats:
        return pose_jacobian(_pose(values), points)

    first = np.concatenate([[start.scale], start.shift, start.turn])
    return _pose(least_squares(residuals, first, jacobian, method="lm", x_scale="jac").x)


def pose_jacobian(pose: WeakPerspective, points: Floats) -> Floats:
    """Derivatives (2 N, 6) of the pixels by scale, shift and turn."""
    turned = points @ pose.rotation.T
    columns = np.zeros((len(points), 2, 6))
    columns[:, :, 0] = turned[:, :2]
    columns[:, :, 1:3] = np.eye(2)
    columns[:, :, 3:] = -pose.scale * (_cross(turned) @ _turn_jacobian(pose.turn))[:, :2]
    return columns.reshape(-1, 6)


def _pose(values: Floats) -> WeakPerspective:
    return WeakPerspective(float(values[0]), values[1:3], values[3:])


def _turn_jacobian(turn: Floats) -> Floats:
    """The small turn (3, 3), after the whole one, that each small change of axis times angle makes."""
    angle = float(np.linalg.norm(turn))
    cross = _cross(turn[None])[0]
    if angle < SMALL:
        return np.eye(3) + cross / 2
    square = cross @ cross
    return np.eye(3) + (1 - np.cos(angle)) / angle**2 * cross + (angle - np.sin(angle)) / angle**3 * square


def _cross(vectors: Floats) -> Floats:
    """Matrices (N, 3, 3) that multiply crosswise with vectors (N, 3)."""
    x, y, z = vectors.T
    zero = np.zeros_like(x)
    return np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=1).reshape(-1, 3, 3)
