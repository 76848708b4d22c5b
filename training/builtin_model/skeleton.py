"""Joints of the built-in face: head, jaw, eyes; where they are and which vertices follow them."""

from __future__ import annotations

import numpy as np

from ...anatomy.joints import HEAD_JOINTS
from ...anatomy.landmarks import FACE_OVAL_LOOP, INNER_LIP_LOOP, OUTER_LIP_LOOP, Dense, dense_mirror
from ...geometry.affine import affine_weights
from ...geometry.arrays import Floats, Ints
from ...geometry.laplacians import harmonic, umbrella
from ...geometry.smoothstep import smoothstep
from .topology import ControlMesh

HEAD_ANCHORS = (
    *(Dense.NOSE_BRIDGE, 6, Dense.FOREHEAD_TOP, Dense.CHIN),
    *(Dense.BEFORE_RIGHT_EAR, Dense.BEFORE_LEFT_EAR, 127, 356),
)
# The jaw hinges on its condyles, about 12 mm in front of the ear canal: half-way between the oval's points before the
# ears and the skirt's first ring behind them.
HINGE_LANDMARKS = (Dense.BEFORE_RIGHT_EAR, Dense.BEFORE_LEFT_EAR)
HINGE_PLACES = tuple(FACE_OVAL_LOOP.index(p) for p in HINGE_LANDMARKS)
# Control points that turn fully with the jaw, and along its edge the share that does (subject's right).
JAW_BONE = (18, 83, 182, 106, 201, 194, 204, 200, 208, 32, 211, 199, 171, 140, 175, 148, 152, 176, 149, 170, 169, 150)
JAW_EDGE = {136: 0.95, 172: 0.75, 58: 0.45, 132: 0.2, 93: 0.05, 234: 0.0}
STILL = (
    1, 2, 4, 5, 6, 8, 9, 10, 168, 164, 97, 98, 129, 203, 206, 36, 100, 101, 50, 123, 116, 117, 118, 119, 127, 234,
    33, 133, 151, 0, 37, 39, 40, 185, 11, 12, 13, 72, 38, 82, 73, 41, 81, 74, 42, 80, 184, 183, 191,
)  # fmt: skip
SKIRT_SHARE = 0.75  # how much of the jaw edge's share the skirt's outermost ring keeps


def jaw_share(mesh: ControlMesh) -> Floats:
    """Share (C,) of each control point that turns with the jaw bone: harmonic between bone and still points."""
    given = dict.fromkeys(STILL, 0.0) | dict.fromkeys(JAW_BONE, 1.0) | JAW_EDGE
    given |= {p: 1.0 for loop in (OUTER_LIP_LOOP, INNER_LIP_LOOP) for p in loop[11:]}
    given |= {p: 0.5 for loop in (OUTER_LIP_LOOP, INNER_LIP_LOOP) for p in (loop[0], loop[10])}
    given |= {int(dense_mirror()[p]): share for p, share in given.items()}
    bow = np.sin(2 * np.pi * np.linspace(0, 1, mesh.mouth.shape[1], endpoint=False))
    for ring in mesh.mouth[1:]:
        given |= dict(zip(ring.tolist(), smoothstep(-1.0, 1.0, -2.0 * bow).tolist(), strict=True))
    given |= {int(p): 0.0 for p in (*mesh.lid_right.ravel(), *mesh.lid_left.ravel())}
    oval = [p for ring in mesh.skirt for p in ring]
    share = _harmonic(mesh, given, set(range(mesh.count)) - set(oval))
    ahead = share[list(FACE_OVAL_LOOP)]
    fade = np.linspace(1.0, SKIRT_SHARE, len(mesh.skirt) + 1)[1:]
    share[mesh.skirt] = fade[:, None] * ahead
    return np.clip(share, 0, 1)


def _harmonic(mesh: ControlMesh, given: dict[int, float], members: set[int]) -> Floats:
    """Solve the graph Laplace equation over the member points with some values given."""
    fixed = np.array(sorted(set(given) & members))
    free = np.array(sorted(members - set(given)))
    values = np.zeros(mesh.count)
    values[fixed] = [given[int(p)] for p in fixed]
    values[free] = harmonic(umbrella(mesh.faces, mesh.count), free, fixed, values[fixed])
    return values


def joint_regressor(vertices: Floats, mesh: ControlMesh, eyes: tuple[Ints, Ints], centres: Floats) -> Floats:
    """(4, V) joint positions from vertices. eyes: vertex ids left, right; centres: (2, 3) in the same order."""
    regressor = np.zeros((len(HEAD_JOINTS), len(vertices)))
    regressor[0, list(HEAD_ANCHORS)] = affine_weights(vertices[list(HEAD_ANCHORS)], np.zeros(3))
    regressor[1, [*HINGE_LANDMARKS, *mesh.skirt[0, list(HINGE_PLACES)]]] = 0.25
    for row, ids, centre in zip((2, 3), eyes, centres, strict=True):
        regressor[row, ids] = affine_weights(vertices[ids], centre)
    return regressor


def skin_weights(jaw: Floats, count: int, eyes: tuple[Ints, Ints]) -> Floats:
    """(V, 4) rows summing to 1: skin between head and jaw by its jaw shares (S,), each eyeball on its own joint."""
    weights = np.zeros((count, len(HEAD_JOINTS)))
    weights[: len(jaw), 1] = jaw
    weights[: len(jaw), 0] = 1 - jaw
    for column, ids in zip((2, 3), eyes, strict=True):
        weights[ids, column] = 1.0
    return weights
