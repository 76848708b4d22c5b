"""Joints of the built-in head and which vertices follow them."""

from __future__ import annotations

import numpy as np

from ...anatomy.joints import BUST_JOINTS, JointName
from ...geometry.affine import affine_weights
from ...geometry.arrays import Floats
from ...geometry.laplacians import harmonic, umbrella
from ...geometry.smoothstep import smoothstep
from .head_mesh import HeadMesh
from .laying_points import PICKED
from .piece_names import PieceName

# The head turns on the atlas, a little below and behind the ear canals; metres from their middle.
ATLAS = np.array([0.0, -0.012, -0.012])
# The neck bends at its base: the share of the way from the collar's middle to the atlas.
NECK_BASE = 0.18
ANCHOR_REACH = 0.05  # metres from a joint within which skin says where it is on another head
EVERY = 9
# Of the way up the neck, which is 0 at the collar and 1 where the head begins.
ROOT_ENDS, HEAD_BEGINS = 0.55, 0.3
TONGUE_ROOT = 0.3  # share of the tongue's length from its back end at which it turns
TONGUE_TURNS = (0.15, 0.7)  # of that length, from its back end: where it begins to follow its joint, and where wholly


def joint_positions(head: HeadMesh) -> Floats:
    """(7, 3) at rest, in the order of `BUST_JOINTS`."""
    picked = {name: head.skin[own] for name, own, _, _ in PICKED}
    atlas = picked["canal"] * [0, 1, 1] + ATLAS
    collar = head.skin[head.collar]
    root = (collar.max(axis=0) + collar.min(axis=0)) / 2 * [0, 1, 1]
    tongue = head.piece(PieceName.TONGUE).cage.vertices
    back, tip = tongue[tongue[:, 2].argmin()], tongue[tongue[:, 2].argmax()]
    at = {
        JointName.ROOT: root,
        JointName.NECK: root + NECK_BASE * (atlas - root),
        JointName.HEAD: atlas,
        JointName.JAW: head.place.jaw_hinge,
        JointName.EYE_LEFT: head.eye_centres[0],
        JointName.EYE_RIGHT: head.eye_centres[1],
        JointName.TONGUE: (back + TONGUE_ROOT * (tip - back)) * [0, 1, 1],
    }
    return np.stack([at[name] for name in BUST_JOINTS])


def joint_regressor(head: HeadMesh, vertices: Floats, joints: Floats) -> Floats:
    """(7, V) weights of the vertices that give the joints (7, 3) of any head, rows summing to 1."""
    regressor = np.zeros((len(joints), len(vertices)))
    outer = head.skin_ids[head.regions.outer]
    for row, name, joint in zip(regressor, BUST_JOINTS, joints, strict=True):
        if name in JointName.EYES:
            near = head.eye_vertices(JointName.EYES.index(name))
        else:
            # A joint is a line across the head as much as a point.
            aside = np.linalg.norm((vertices[outer] - joint)[:, 1:], axis=1)
            near = outer[aside < max(ANCHOR_REACH, np.sort(aside)[60 * EVERY])][::EVERY]
            near = np.union1d(near, head.mirror[near])
        row[near] = affine_weights(vertices[near], joint)
    return regressor


def skin_weights(head: HeadMesh, jaw: Floats) -> Floats:
    """(V, 7) rows summing to 1. jaw: (S,) share of the skin that turns with the jaw bone."""
    count = len(head.mirror)
    way = neck_way(head)
    root = 1 - smoothstep(0.0, ROOT_ENDS, way)
    upper = smoothstep(HEAD_BEGINS, 1.0, way)
    jaw = jaw * upper
    skin = np.stack([root, np.clip(1 - root - upper, 0, 1), upper - jaw, jaw], axis=1)
    skin /= skin.sum(axis=1, keepdims=True)
    weights = np.zeros((count, len(BUST_JOINTS)))
    columns = [BUST_JOINTS.index(n) for n in (JointName.ROOT, JointName.NECK, JointName.HEAD, JointName.JAW)]
    weights[:, columns] = head.whole(skin, {name: skin[ids] for name, ids in head.rims.items()})
    for names, joint in (
        ((PieceName.UPPER_TEETH, PieceName.UPPER_GUMS), JointName.HEAD),
        ((PieceName.LOWER_TEETH, PieceName.LOWER_GUMS, PieceName.TONGUE), JointName.JAW),
    ):
        weights[head.piece_vertices(*names), BUST_JOINTS.index(joint)] = 1.0
    for side, joint in enumerate(JointName.EYES):
        weights[head.eye_vertices(side), BUST_JOINTS.index(joint)] = 1.0
    _free_tongue(head, weights)
    return weights / weights.sum(axis=1, keepdims=True)


def neck_way(head: HeadMesh) -> Floats:
    """(S,) 0 at the collar, 1 from where the head begins, harmonic between: throat in front, occiput behind."""
    picked = {name: head.skin[own] for name, own, _, _ in PICKED}
    front, back = picked["throat"], picked["below the occiput"]
    above = (head.skin[:, 1] - back[1]) > (front[1] - back[1]) / (front[2] - back[2]) * (head.skin[:, 2] - back[2])
    fixed = np.union1d(np.flatnonzero(above | ~head.regions.outer), head.collar)
    values = np.where(np.isin(fixed, head.collar), 0.0, 1.0)
    way = np.zeros(len(head.skin))
    way[fixed] = values
    free = np.setdiff1d(np.arange(len(way)), fixed)
    way[free] = harmonic(umbrella(head.base.fine.faces, len(way)), free, fixed, values)
    return (way + way[head.base.fine_mirror]) / 2


def _free_tongue(head: HeadMesh, weights: Floats) -> None:
    ids = head.piece_vertices(PieceName.TONGUE)
    z = head.vertices()[ids, 2]
    share = smoothstep(*TONGUE_TURNS, (z - z.min()) / np.ptp(z))
    weights[ids, BUST_JOINTS.index(JointName.TONGUE)] = share
    weights[ids, BUST_JOINTS.index(JointName.JAW)] = 1 - share
