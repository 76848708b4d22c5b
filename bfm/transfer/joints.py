"""Joints and skin weights carried over from the built-in model."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...anatomy.joints import JointName
from ...anatomy.parts import PartName
from ...geometry.affine import affine_weights
from ...geometry.arrays import Floats
from ..face_model import FaceModel
from ..source_model import SourceModel
from .correspondence import Overlay
from .motions import spread_out
from .shapes import Shape


def carried_joints(source: SourceModel, shape: Shape, builtin: FaceModel, laying: Overlay) -> dict[str, Any]:
    """The joint fields of a `FaceModel`: the source's own, or the built-in model's where it has none."""
    if source.joint_names is not None:
        return {
            "joint_names": source.joint_names,
            "joint_parents": np.asarray(source.joint_parents, dtype=np.int32),
            "joint_regressor": np.asarray(source.joint_regressor, dtype=np.float32),
            "skin_weights": np.asarray(source.skin_weights, dtype=np.float32),
        }
    return {
        "joint_names": builtin.joint_names,
        "joint_parents": builtin.joint_parents,
        "joint_regressor": _regressor(shape, builtin, laying).astype(np.float32),
        "skin_weights": _weights(shape, builtin, laying).astype(np.float32),
    }


def _regressor(shape: Shape, builtin: FaceModel, laying: Overlay) -> Floats:
    """(J, V), rows sum to 1: the joints of the laid built-in face from the vertices where its own came to lie."""
    rows = builtin.joint_regressor.astype(np.float64) @ laying.onto.matrix
    places = builtin.joint_regressor.astype(np.float64) @ laying.laid
    for row, place in zip(rows, places, strict=True):
        used = np.flatnonzero(row)
        off = place - row @ shape.vertices
        base = affine_weights(shape.vertices[used], shape.vertices[used].mean(axis=0) + off)
        row[used] += base - affine_weights(shape.vertices[used], shape.vertices[used].mean(axis=0))
        row[used] /= row[used].sum()
    return rows


def _weights(shape: Shape, builtin: FaceModel, laying: Overlay) -> Floats:
    """(V, J), rows sum to 1. Eyes that are patches of the skin stay with the head."""
    head = np.zeros(len(builtin.joint_names))
    head[0] = 1
    carried = laying.back.matrix @ builtin.skin_weights
    eyes = [builtin.joint_names.index(name) for name in JointName.EYES]
    carried[:, 0] += carried[:, eyes].sum(axis=1)
    carried[:, eyes] = 0
    surface = shape.triangles(*PartName.CLOSED_SKIN)
    weights = np.clip(spread_out(carried, laying.back.trust, head, shape.vertices, surface), 0, 1)
    if shape.has_eyes:
        for column, part in zip(eyes, PartName.EYES, strict=True):
            weights[shape.vertices_of(part)] = np.eye(len(head))[column]
    return weights / weights.sum(axis=1, keepdims=True)
