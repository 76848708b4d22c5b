"""Joints and skin weights carried over from the built-in model."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...anatomy.joints import HEAD_JOINT_PARENTS, HEAD_JOINTS, JointName
from ...anatomy.parts import PartName
from ...geometry.affine import affine_weights
from ...geometry.arrays import Floats
from ..face_model import FaceModel
from ..source_model import SourceModel
from .correspondence import Overlay
from .motions import spread_out
from .shapes import Shape


def carried_joints(source: SourceModel, shape: Shape, builtin: FaceModel, laying: Overlay) -> dict[str, Any]:
    """The joint fields of a `FaceModel`: the source's own, or those of the built-in model that every head has."""
    if source.joint_names is not None:
        return {
            "joint_names": source.joint_names,
            "joint_parents": np.asarray(source.joint_parents, dtype=np.int32),
            "joint_regressor": np.asarray(source.joint_regressor, dtype=np.float32),
            "skin_weights": np.asarray(source.skin_weights, dtype=np.float32),
        }
    return {
        "joint_names": HEAD_JOINTS,
        "joint_parents": np.array(HEAD_JOINT_PARENTS, dtype=np.int32),
        "joint_regressor": _regressor(shape, builtin, laying).astype(np.float32),
        "skin_weights": _weights(shape, builtin, laying).astype(np.float32),
    }


def _regressor(shape: Shape, builtin: FaceModel, laying: Overlay) -> Floats:
    """(J, V), rows sum to 1: the joints of the laid built-in face from the vertices where its own came to lie."""
    own = builtin.joint_regressor[[builtin.joint_names.index(name) for name in HEAD_JOINTS]].astype(np.float64)
    rows, places = own @ laying.onto.matrix, own @ laying.laid
    for row, place in zip(rows, places, strict=True):
        used = np.flatnonzero(row)
        off = place - row @ shape.vertices
        base = affine_weights(shape.vertices[used], shape.vertices[used].mean(axis=0) + off)
        row[used] += base - affine_weights(shape.vertices[used], shape.vertices[used].mean(axis=0))
        row[used] /= row[used].sum()
    return rows


def _weights(shape: Shape, builtin: FaceModel, laying: Overlay) -> Floats:
    """(V, J), rows sum to 1. Eyes that are patches of the skin stay with the head."""
    head = np.eye(len(HEAD_JOINTS))[0]
    carried = laying.back.matrix @ _head_weights(builtin)
    eyes = [HEAD_JOINTS.index(name) for name in JointName.EYES]
    carried[:, 0] += carried[:, eyes].sum(axis=1)
    carried[:, eyes] = 0
    surface = shape.triangles(*PartName.CLOSED_SKIN)
    weights = np.clip(spread_out(carried, laying.back.trust, head, shape.vertices, surface), 0, 1)
    if shape.has_eyes:
        for column, part in zip(eyes, PartName.EYEBALLS, strict=True):
            weights[shape.vertices_of(*part)] = np.eye(len(head))[column]
    return weights / weights.sum(axis=1, keepdims=True)


def _head_weights(builtin: FaceModel) -> Floats:
    """The built-in model's skin weights (V, J) on `HEAD_JOINTS`: what another joint carries goes with its parent.

    What hangs on none of them, as a neck does, goes with the head.
    """
    weights = np.zeros((len(builtin.mean), len(HEAD_JOINTS)))
    for joint in range(len(builtin.joint_names)):
        bearer = joint
        while bearer >= 0 and builtin.joint_names[bearer] not in HEAD_JOINTS:
            bearer = int(builtin.joint_parents[bearer])
        column = HEAD_JOINTS.index(builtin.joint_names[bearer]) if bearer >= 0 else 0
        weights[:, column] += builtin.skin_weights[:, joint]
    return weights
