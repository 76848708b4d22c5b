"""Linear corrections of measured base points by what is known of every neutral face.

A landmark detector is least sure where skin folds: along the lid rims, between closed lips, beyond the face oval.
There the measurement is projected on what a neutral face does: rims are smooth curves from corner to corner, closed
lips move together, the skirt is smooth. The same matrix serves the mean and the identity modes.
"""

from __future__ import annotations

import numpy as np

from ...anatomy.landmarks import DENSE_FACE_COUNT, FACE_OVAL_LOOP, INNER_LIP_LOOP, RIGHT_EYE_LOOP
from ...geometry.arrays import Floats
from ...geometry.faces import NO_CORNER
from ...geometry.laplacians import umbrella
from .topology import SKIRT_RINGS, ControlMesh, base_mirror

RIM_TERMS = 3  # bumps of rising order that a lid's rim may have between its corners
SKIRT_PASSES = 2  # of binomial smoothing along a ring
SURE = 0.0009  # metres; a point measured this well keeps its own motion
ROUGHNESS = 0.5  # weight of a mode's roughness against a sure point's own motion
SKIRT_OWN = (0.8, 0.65, 0.55)  # share of a ring's own motion; the rest is that of the oval point inside it


def tidying_matrix(base: Floats) -> Floats:
    """Matrix (B, B), rows summing to 1, that commutes with mirroring. base: (B, 3) measured, metres."""
    matrix = np.eye(len(base))
    rim = np.array(RIGHT_EYE_LOOP)
    mirror = base_mirror()
    for lid in (rim[:9], np.append(rim[8:], rim[0])):
        smooth = _smooth_curve(base[lid])
        for ids in (lid, mirror[lid]):
            matrix[ids[1:-1]] = 0.0
            matrix[ids[1:-1][:, None], ids] = smooth[1:-1]
    for k in range(1, 10):
        pair = [INNER_LIP_LOOP[k], INNER_LIP_LOOP[20 - k]]
        matrix[pair] = 0.0
        matrix[np.ix_(pair, pair)] = 0.5
    return matrix


def calming_matrix(mesh: ControlMesh, noise: Floats) -> Floats:
    """Matrix (B, B) that smooths a measured mode where the measurement is noisy, rows summing to 1.

    noise: (B,) metres, one sigma. Least squares: weight (SURE / noise)^2 on the measured motion of each point
    against the umbrella Laplacian of the smoothed one.
    """
    count = mesh.base_count
    faces = mesh.faces[((mesh.faces < count) | (mesh.faces == NO_CORNER)).all(axis=1)]
    bend = umbrella(faces, count)
    trust = np.diag((SURE / np.maximum(noise, SURE)) ** 2)
    return np.linalg.solve(trust + ROUGHNESS * (bend.T @ bend).toarray(), trust)


def skirt_matrix(count: int) -> Floats:
    """Matrix (B, B) for displacements only: skirt rings smoothed along themselves and tied to the face oval."""
    matrix = np.eye(count)
    places = len(FACE_OVAL_LOOP)
    step = np.eye(places) / 2 + (np.roll(np.eye(places), 1, axis=1) + np.roll(np.eye(places), -1, axis=1)) / 4
    smooth = np.linalg.matrix_power(step, SKIRT_PASSES)
    for ring in range(SKIRT_RINGS):
        ids = DENSE_FACE_COUNT + places * ring + np.arange(places)
        matrix[ids] = 0.0
        matrix[ids[:, None], ids] = SKIRT_OWN[ring] * smooth
        matrix[ids[:, None], list(FACE_OVAL_LOOP)] = (1 - SKIRT_OWN[ring]) * smooth
    return matrix


def _smooth_curve(points: Floats) -> Floats:
    """Projection (n, n) of points on a straight line plus a few bumps; the two ends stay."""
    length = np.append(0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1)))
    t = length / length[-1]
    line = np.zeros((len(t), len(t)))
    line[:, 0], line[:, -1] = 1 - t, t
    bumps = np.stack([t * (1 - t) * (2 * t - 1) ** k for k in range(RIM_TERMS)], axis=1)
    return line + bumps @ np.linalg.pinv(bumps) @ (np.eye(len(t)) - line)
