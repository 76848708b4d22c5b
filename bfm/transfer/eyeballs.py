"""Eyeballs as spheres with an optical axis: one laid onto another keeps the iris' size in metres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geometry.arrays import Floats

ROUNDS = 12
BULGE = 1.015  # of the radius: farther from the centre is cornea
IRIS_REACH = 0.0062  # metres off the axis
FRONT = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class Ball:
    """A sphere and where it looks."""

    centre: Floats  # (3,) metres
    radius: float
    axis: Floats  # (3,) unit


def fit_ball(vertices: Floats) -> Ball:
    """The eyeball through vertices (V, 3), metres: least squares that leaves out cornea and inner shells."""
    inside = np.ones(len(vertices), dtype=bool)
    centre, radius = _sphere(vertices)
    for _ in range(ROUNDS):
        apart = np.linalg.norm(vertices - centre, axis=1)
        inside = np.abs(apart / radius - 1) < 0.03
        if inside.sum() < max(20, len(vertices) // 10):
            break
        centre, radius = _sphere(vertices[inside])
    offset = vertices - centre
    apart = np.linalg.norm(offset, axis=1)
    bulge = (apart > BULGE * radius) & (offset[:, 2] > 0.5 * radius)
    if bulge.sum() < 5:
        return Ball(centre, radius, FRONT)
    axis = (offset[bulge] / apart[bulge, None] * (apart[bulge, None] - radius)).sum(axis=0)
    return Ball(centre, radius, axis / np.linalg.norm(axis))


def _sphere(points: Floats) -> tuple[Floats, float]:
    system = np.concatenate([2 * points, np.ones((len(points), 1))], axis=1)
    solution = np.linalg.lstsq(system, (points**2).sum(axis=1), rcond=None)[0]
    return solution[:3], float(np.sqrt(max(solution[3] + (solution[:3] ** 2).sum(), 1e-12)))


def lay_eye(vertices: Floats, ball: Ball, onto: Ball) -> Floats:
    """Points (V, 3) of one eyeball laid on another; up to the iris' edge they keep their distance from the axis."""
    local = (vertices - ball.centre) @ _frame(ball.axis)
    angle = np.arccos(np.clip(local[:, 2] / np.maximum(np.linalg.norm(local, axis=1), 1e-12), -1, 1))
    edge, onto_edge = (np.arcsin(min(IRIS_REACH / b.radius, 0.9)) for b in (ball, onto))
    off = np.arcsin(np.clip(ball.radius * np.sin(np.minimum(angle, edge)) / onto.radius, 0, 1))
    behind = onto_edge + (angle - edge) / (np.pi - edge) * (np.pi - onto_edge)
    angle = np.where(angle < edge, off, behind)
    flat = local[:, :2] / np.maximum(np.linalg.norm(local[:, :2], axis=1, keepdims=True), 1e-12)
    depth = np.linalg.norm(local, axis=1) / ball.radius * onto.radius
    laid = np.concatenate([np.sin(angle)[:, None] * flat, np.cos(angle)[:, None]], axis=1) * depth[:, None]
    return laid @ _frame(onto.axis).T + onto.centre


def _frame(axis: Floats) -> Floats:
    """(3, 3) columns right, up, axis."""
    right = np.cross([0.0, 1.0, 0.0], axis)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(axis, right), axis], axis=1)
