"""A face model's mesh for one face: what a result keeps of the model."""

from __future__ import annotations

import numpy as np

from ..bfm.face_model import FaceModel
from ..bfm.library.layings import fingerprint
from ..geometry.arrays import Floats
from ..result.reconstruction import Mesh


def model_record(model: FaceModel) -> dict[str, str]:
    """What a result says of its model; by the version one can tell an earlier form of a model from the present one."""
    return {"id": model.id, "source": model.source, "licence": model.licence, "version": fingerprint(model)}


def mesh_of(model: FaceModel, neutral: Floats, expressions: Floats, values: Floats) -> Mesh:
    """The mesh of a neutral face (V, 3), metres, with its shape keys (E, V, 3) and the sliders' values (E,)."""
    return Mesh(
        vertices=neutral.astype(np.float32),
        faces=np.asarray(model.faces, np.int32),
        uv=np.asarray(model.uv, np.float32),
        faces_uv=np.asarray(model.faces_uv, np.int32),
        shape_key_names=model.expression_names,
        shape_key_deltas=np.asarray(expressions, np.float32),
        shape_key_ranges=np.asarray(model.expression_ranges, np.float32),
        expression=values.astype(np.float32),
        landmarks68=np.asarray(model.landmarks68, np.int32),
        joint_names=model.joint_names,
        joint_parents=np.asarray(model.joint_parents, np.int32),
        joint_positions=(np.asarray(model.joint_regressor, np.float64) @ neutral).astype(np.float32),
        skin_weights=np.asarray(model.skin_weights, np.float32),
        parts=np.asarray(model.face_parts, np.int32),
        part_names=model.part_names,
        cage=model.cage,
    )
