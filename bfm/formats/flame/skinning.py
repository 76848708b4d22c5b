"""FLAME's forward function: shape, pose correctives, linear blend skinning (Li et al., SIGGRAPH Asia 2017, eq. 1-5)."""

from __future__ import annotations

import numpy as np

from ....geometry.arrays import Floats
from .files import IDENTITY_MODES, PARENTS, Flame


def flame_vertices(model: Flame, identity: Floats, expression: Floats, pose: Floats) -> Floats:
    """Posed vertices (..., V, 3), metres.

    Args:
        identity: (..., <= 300) sigma.
        expression: (..., <= 100) sigma.
        pose: (..., 5, 3) axis times angle in radians of head, neck, jaw and eyes, each relative to its parent.
    """
    chosen = model.shapes[..., IDENTITY_MODES : IDENTITY_MODES + expression.shape[-1]]
    shaped = model.template + np.einsum("vdk,...k->...vd", model.shapes[..., : identity.shape[-1]], identity)
    shaped = shaped + np.einsum("vdk,...k->...vd", chosen, expression)
    joints = model.regressor @ shaped
    turns = rotations(pose)
    feature = (turns[..., 1:, :, :] - np.eye(3)).reshape(*pose.shape[:-2], -1)
    corrected = shaped + np.einsum("vdk,...k->...vd", model.correctives, feature)
    return _skinned(corrected, joints, turns, model.weights)


def rotations(axis_angle: Floats) -> Floats:
    """Rotation matrices (..., 3, 3) of axis times angle (..., 3) in radians (Rodrigues)."""
    angle = np.linalg.norm(axis_angle, axis=-1)[..., None]
    x, y, z = np.moveaxis(axis_angle / np.maximum(angle, 1e-12), -1, 0)
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1).reshape(*axis_angle.shape, 3)
    angle = angle[..., None]
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)


def _skinned(vertices: Floats, joints: Floats, turns: Floats, weights: Floats) -> Floats:
    """Vertices (..., V, 3) that follow joints (..., J, 3) which turn (..., J, 3, 3) with all that hangs on them."""
    world, place = [turns[..., 0, :, :]], [joints[..., 0, :]]
    for joint, parent in enumerate(PARENTS[1:], start=1):
        along = joints[..., joint, :] - joints[..., parent, :]
        place.append(place[parent] + (world[parent] @ along[..., None])[..., 0])
        world.append(world[parent] @ turns[..., joint, :, :])
    moved = [
        (vertices - joints[..., j, None, :]) @ np.swapaxes(world[j], -1, -2) + place[j][..., None, :]
        for j in range(len(world))
    ]
    return np.einsum("vj,j...vd->...vd", weights, np.stack(moved))
