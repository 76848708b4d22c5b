"""Whether a face model can be used: its numbers are finite, and its landmarks lie as those of a face do."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from ...anatomy.landmarks import Dense, Ibug
from ..face_model import FaceModel

EYE_CORNERS_M = (0.05, 0.15)  # how far apart those of a head can be


def faults_of(model: FaceModel) -> list[str]:
    """What is wrong with a model whose shapes are right, in words that end a sentence; none: nothing."""
    broken = [field.name for field in fields(model) if not _is_finite(getattr(model, field.name))]
    if broken:
        return [f"its {', '.join(broken)} holds numbers that are infinite or none"]
    return [*_index_faults(model), *_weight_faults(model)] or _landmark_faults(model)


def _is_finite(value: object) -> bool:
    return not isinstance(value, np.ndarray) or value.dtype.kind != "f" or bool(np.isfinite(value).all())


def _index_faults(model: FaceModel) -> list[str]:
    count = len(model.mean)
    limits = {
        "faces": count,
        "faces_uv": len(model.uv),
        "landmarks68": count,
        "dense_vertices": count,
        "face_parts": len(model.part_names),
        "joint_parents": len(model.joint_names),
    }
    may_be_none = {"faces", "faces_uv", "joint_parents"}
    faults = []
    for name, limit in limits.items():
        values = getattr(model, name)
        if values.size and (values.max() >= limit or values.min() < (-1 if name in may_be_none else 0)):
            faults.append(f"its {name} points at something that is not there")
    return faults


def _weight_faults(model: FaceModel) -> list[str]:
    sums = {
        "skin_weights": model.skin_weights.sum(axis=1),
        "dense_weights": model.dense_weights.sum(axis=1),
        "joint_regressor": model.joint_regressor.sum(axis=1),
    }
    wrong = [name for name, values in sums.items() if not np.allclose(values, 1, atol=1e-3)]
    return [f"the rows of its {name} do not sum to 1" for name in wrong]


def _landmark_faults(model: FaceModel) -> list[str]:
    sets = (("68", Ibug, model.mean[model.landmarks68]), ("dense", Dense, model.dense_points(model.mean)))
    faults = []
    for name, ids, points in sets:
        right, left, tip, chin = points[[ids.RIGHT_EYE_OUTER, ids.LEFT_EYE_OUTER, ids.NOSE_TIP, ids.CHIN]]
        middle = (right + left) / 2
        apart = float(np.linalg.norm(left - right))
        if not EYE_CORNERS_M[0] < apart < EYE_CORNERS_M[1]:
            faults.append(f"its {name} landmarks have the eyes {apart:.3g} m apart")
        elif left[0] <= right[0] or chin[1] >= middle[1] or tip[2] <= middle[2]:
            faults.append(f"its {name} landmarks are not those of an upright face that looks along Z")
    return faults
