"""Expressions of one person from a bilinear model: each slider moves this face as its identity says."""

from __future__ import annotations

import numpy as np

from ....geometry.arrays import Floats
from ...face_model import FaceModel

BY_IDENTITY = "expressions_by_identity"  # (K, E, V, 3) metres per sigma of the first K modes, first E expressions
PRIOR = 0.002  # metres a sigma is held to be worth: a face that the model does not span shall not leave its people


def personal_expressions(model: FaceModel, neutral: Floats, by_identity: Floats) -> Floats:
    """The model's expressions (E, V, 3) for a neutral face (V, 3), metres at slider 1.0.

    Expressions that ``by_identity`` (K, E', V, 3; the first E' of the model) does not speak of stay as they are.
    """
    coefficients = identity_of(model, neutral)
    expressions = np.array(model.expression_basis, np.float32)
    changing = expressions[: by_identity.shape[1]]
    for coefficient, change in zip(coefficients, by_identity, strict=False):
        changing += np.float32(coefficient) * change
    return expressions


def identity_of(model: FaceModel, neutral: Floats) -> Floats:
    """Identity coefficients (I,), sigma, whose face is nearest to a neutral one (V, 3)."""
    basis = np.asarray(model.identity_basis, np.float64).reshape(len(model.identity_basis), -1)
    offset = (np.asarray(neutral, np.float64) - model.mean).ravel()
    stiffness = PRIOR**2 * len(model.mean) / 100
    return np.linalg.solve(basis @ basis.T + stiffness * np.eye(len(basis)), basis @ offset)
