"""Joints of ICT-FaceKit's head, measured on its neutral mesh: where they are and which vertices follow them."""

from __future__ import annotations

import numpy as np

from ....anatomy.arkit import JAW_OPEN
from ....anatomy.joints import HEAD_JOINTS
from ....geometry.arrays import Floats
from .eyes import eye_centres
from .facekit import EXPRESSIONS, FaceKit
from .parts import EYES, RANGES

# From the middle of the eyes to where the head turns, cm: the built-in model's.
HEAD_FROM_EYES_CM = (0.0, 0.56, -6.47)
# The lower teeth of jawOpen turn by 25.3 degrees about a line through this point, to 0.02 cm.
HINGE_CM = (0.0, -0.547, 1.819)
OPENING_DEGREES = 25.33
# Vertices about this far from a joint say where it is on other heads.
HEAD_REACH_CM, HINGE_REACH_CM = 5.0, 2.0
# Near the hinge everything turns by little, so that shares there are uncertain: they go to the head.
UNCERTAIN_CM = 0.15


def joint_regressor(neutral: Floats) -> Floats:
    """(4, 26719) weights of the vertices (26719, 3), cm, that give the joints of any head; each row sums to 1."""
    regressor = np.zeros((len(HEAD_JOINTS), len(neutral)))
    centres = eye_centres(neutral)
    skin = neutral[: RANGES["head_and_neck"][1]].astype(np.float64)
    head = centres.mean(axis=0) + HEAD_FROM_EYES_CM
    for row, target, reach in ((0, head, HEAD_REACH_CM), (1, np.array(HINGE_CM), HINGE_REACH_CM)):
        # Both joints are lines across the head as much as points: what is near them in side view knows of them.
        away = np.linalg.norm((skin - target)[:, 1:], axis=1)
        regressor[row, : len(skin)] = _affine_weights(skin, target, np.exp(-((away / reach) ** 2) / 2))
    for row, (start, stop), centre in zip((2, 3), EYES, centres, strict=True):
        ball = neutral[start:stop].astype(np.float64)
        regressor[row, start:stop] = _affine_weights(ball, centre, np.ones(len(ball)))
    return regressor


def _affine_weights(points: Floats, target: Floats, nearness: Floats) -> Floats:
    """Weights (N,), summing to 1, of points (N, 3) whose weighted sum is the target (3,); least norm over nearness."""
    system = np.concatenate([points - target, np.ones((len(points), 1))], axis=1)
    right = np.array([0.0, 0.0, 0.0, 1.0])
    return nearness * (system @ np.linalg.solve(system.T @ (nearness[:, None] * system), right))


def skin_weights(kit: FaceKit) -> Floats:
    """(26719, 4), rows summing to 1: the jaw's share is how far jawOpen takes a vertex along the jaw's own turn."""
    angle = np.radians(OPENING_DEGREES)
    turn = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
    whole = (kit.neutral - np.array(HINGE_CM)) @ (turn - np.eye(3)).T
    moved = kit.expressions[EXPRESSIONS.index(JAW_OPEN)]
    share = np.clip((moved * whole).sum(axis=1) / ((whole**2).sum(axis=1) + UNCERTAIN_CM**2), 0, 1)
    weights = np.zeros((len(share), len(HEAD_JOINTS)))
    weights[:, 0], weights[:, 1] = 1 - share, share
    for column, (start, stop) in zip((2, 3), EYES, strict=True):
        weights[start:stop] = np.eye(len(HEAD_JOINTS))[column]
    return weights
