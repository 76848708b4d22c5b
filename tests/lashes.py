"""A model with a sheet that one looks through, as lashes are, before its face."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from likeness.anatomy.parts import PartName
from likeness.bfm.face_model import FaceModel

DARK = 0.02  # the sheet's linear albedo


def lashed(model: FaceModel, side: float = 0.03, ahead: float = 0.004) -> FaceModel:
    """The model with a dark square before the tip of its nose, metres; its UVs are pushed together to make room."""
    count, tip = len(model.mean), model.mean[model.mean[:, 2].argmax()]
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * side / 2
    sheet = tip + np.concatenate([corners, np.full((4, 1), ahead)], axis=1)
    ids, points = count + np.arange(4), len(model.uv) + np.arange(4)

    def grown(values: np.ndarray, axis: int, value: float = 0.0) -> np.ndarray:
        shape = list(values.shape)
        shape[axis] = 4
        return np.concatenate([values, np.full(shape, value, values.dtype)], axis=axis)

    skin_weights = grown(model.skin_weights, 0)
    skin_weights[ids, 0] = 1
    return replace(
        model,
        id=f"{model.id} with lashes",
        mean=np.concatenate([model.mean, sheet.astype(model.mean.dtype)]),
        identity_basis=grown(model.identity_basis, 1),
        expression_basis=grown(model.expression_basis, 1),
        albedo_mean=grown(model.albedo_mean, 0, DARK),
        albedo_basis=grown(model.albedo_basis, 1),
        region_weights=grown(model.region_weights, 1),
        joint_regressor=grown(model.joint_regressor, 1),
        skin_weights=skin_weights,
        faces=np.concatenate([model.faces, ids[None]]),
        uv=np.concatenate([0.9 * model.uv, 0.95 + 0.03 * corners / side * 2]),
        faces_uv=np.concatenate([model.faces_uv, points[None]]),
        part_names=(*model.part_names, PartName.LASHES),
        face_parts=np.append(model.face_parts, len(model.part_names)),
        cage=None,
    )
