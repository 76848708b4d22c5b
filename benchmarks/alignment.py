"""Laying a predicted face on a scan: the similarity of its landmarks, refined by point-to-plane ICP.

Every transform here maps the prediction's own coordinates to the scan's millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from ..geometry.arrays import Floats
from ..geometry.closest import SearchableSurface
from ..geometry.similarity import Similarity

ITERATIONS = 30
SAMPLE = 4000  # scan points an iteration looks at
ANCHOR_WEIGHT = 60.0  # each landmark pulls as strongly as this many scan points
LEAST_GATE_MM = 4.0  # pairs farther apart than this and three medians are left out
LEAST_HUBER_MM = 0.5
STILL_RADIANS, STILL_MM = 1e-5, 1e-3


@dataclass(frozen=True)
class Anchors:
    """Landmarks that hold the prediction while the surfaces pull."""

    source: Floats  # (L, 3) on the prediction, its own units
    target: Floats  # (L, 3) on the scan, mm


def icp(
    surface: SearchableSurface,
    points: Floats,
    normals: Floats,
    start: Similarity,
    scale_free: bool,
    anchors: Anchors | None = None,
) -> Similarity:
    """Move ``surface`` so that scan ``points`` (P, 3) with ``normals`` lie on it; seven degrees of freedom or six.

    Scan point to closest surface point, residual along the scan's normal, Huber weights. Without anchors a wrong face
    may slide several millimetres along itself; with them (point to point) it stays where its features are.
    """
    chosen = np.random.default_rng(0).choice(len(points), min(SAMPLE, len(points)), replace=False)
    points, normals = points[chosen], normals[chosen]
    pose = start
    for _ in range(ITERATIONS):
        matrix, gradient, centre = _surface_equations(surface, points, normals, pose)
        if anchors is not None:
            anchor_matrix, anchor_gradient = _anchor_equations(anchors, pose, centre)
            matrix, gradient = matrix + ANCHOR_WEIGHT * anchor_matrix, gradient + ANCHOR_WEIGHT * anchor_gradient
        free = 7 if scale_free else 6
        step = np.zeros(7)
        step[:free] = np.linalg.solve(matrix[:free, :free] + 1e-6 * np.eye(free), gradient[:free])
        pose = _moved(pose, step, centre)
        if np.abs(step[:3]).max() < STILL_RADIANS and np.abs(step[3:6]).max() < STILL_MM:
            break
    return pose


def _surface_equations(
    surface: SearchableSurface, points: Floats, normals: Floats, pose: Similarity
) -> tuple[Floats, Floats, Floats]:
    """Normal equations (7, 7), (7,) of one step (rotation, translation, log scale) about the returned centre (3,)."""
    found = surface.closest(pose.undo(points))
    distances, inner = found.distance * pose.scale, ~surface.on_border(found)
    gate = max(LEAST_GATE_MM, 3 * float(np.median(distances[inner]))) if inner.any() else LEAST_GATE_MM
    used = inner & (distances < gate)
    foot, normals = pose.apply(found.points[used]), normals[used]
    residual = np.einsum("ij,ij->i", normals, points[used] - foot)
    huber = max(LEAST_HUBER_MM, 1.5 * float(np.median(np.abs(residual))))
    weights = np.minimum(1.0, huber / np.maximum(np.abs(residual), 1e-9))
    centre = foot.mean(axis=0)
    arm = foot - centre
    jacobian = np.column_stack([np.cross(arm, normals), normals, np.einsum("ij,ij->i", normals, arm)])
    weighted = (jacobian * weights[:, None]).T
    return weighted @ jacobian, weighted @ residual, centre


def _anchor_equations(anchors: Anchors, pose: Similarity, centre: Floats) -> tuple[Floats, Floats]:
    moved = pose.apply(anchors.source)
    arm = moved - centre
    turn = np.cross(np.eye(3)[None], arm[:, None]).transpose(0, 2, 1)  # a small turn about axis j moves by e_j x arm
    shift = np.broadcast_to(np.eye(3), turn.shape)
    jacobian = np.concatenate([turn, shift, arm[:, :, None]], axis=2).reshape(-1, 7)
    return jacobian.T @ jacobian, jacobian.T @ (anchors.target - moved).ravel()


def _moved(pose: Similarity, step: Floats, centre: Floats) -> Similarity:
    turn = Rotation.from_rotvec(step[:3]).as_matrix()
    growth = float(np.clip(1.0 + step[6], 0.9, 1.1))
    translation = centre + growth * turn @ (pose.translation - centre) + step[3:6]
    return Similarity(pose.scale * growth, turn @ pose.rotation, translation)
