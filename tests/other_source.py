"""What a reader could have found in somebody's files: the least that a `SourceModel` holds."""

from __future__ import annotations

import numpy as np
from likeness.bfm.source_model import SourceModel


def other_source(model_id: str = "other") -> SourceModel:
    """One triangle with no modes."""
    return SourceModel(
        id=model_id,
        name=model_id.title(),
        source="tests",
        licence="nobody's",
        mean=np.zeros((3, 3)),
        faces=np.array([[0, 1, 2, -1]]),
        identity_basis=np.zeros((0, 3, 3)),
        expression_basis=np.zeros((0, 3, 3)),
        expression_names=(),
        expression_ranges=np.zeros((0, 2)),
        expression_std=np.zeros(0),
        landmarks68=None,
        extra={"kept_too": np.array([1, 2, 3])},
    )
