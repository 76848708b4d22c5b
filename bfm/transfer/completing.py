"""Make what a reader found into a complete `FaceModel`: what the files lack comes over from the built-in model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ..arkit import canonical_name
from ..face_model import FaceModel
from ..landmarks import DENSE_COUNT, IBUG68_TO_DENSE
from ..registry import BUILTIN, load_model
from ..source_model import SourceModel
from ..unwrapping import unwrap_head
from .correspondence import Correspondence, between
from .shapes import shape_of_source

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]


def complete(source: SourceModel, names_from: FaceModel | None = None) -> FaceModel:
    """The complete model of a source; ``names_from`` gives the named expressions where the source has none.

    Raises:
        LikenessError: the surface cannot be told to be a face.
    """
    builtin = load_model(BUILTIN)
    to_source, from_builtin = between(shape_of_source(builtin), shape_of_source(source))
    dense_vertices, dense_weights = _dense(builtin, to_source)
    points = np.einsum("kc,kcd->kd", dense_weights, source.mean[dense_vertices])
    expressions = _expressions(source, names_from or builtin, from_builtin)
    uv, faces_uv = source.uv, source.faces_uv
    parts = source.face_parts if source.face_parts is not None else np.zeros(len(source.faces), dtype=np.int32)
    if uv is None or faces_uv is None:
        uv, faces_uv = unwrap_head(source.mean, source.faces, parts, source.part_names)
    joints = _joints(source, builtin, to_source, from_builtin)
    albedo = source.albedo_mean, source.albedo_basis
    if albedo[0] is None:
        albedo = from_builtin.carry(builtin.albedo_mean), from_builtin.carry(builtin.albedo_basis)
    return FaceModel(
        id=source.id,
        name=source.name,
        source=source.source,
        licence=source.licence,
        mean=source.mean.astype(np.float32),
        identity_basis=source.identity_basis,
        **expressions,
        albedo_mean=albedo[0],
        albedo_basis=albedo[1],
        faces=source.faces.astype(np.int32),
        uv=uv,
        faces_uv=faces_uv,
        landmarks68=source.landmarks68 if source.landmarks68 is not None else _ibug68(source.mean, points),
        dense_vertices=dense_vertices.astype(np.int32),
        dense_weights=dense_weights.astype(np.float32),
        region_names=builtin.region_names,
        region_weights=_regions(source, builtin, from_builtin),
        part_names=source.part_names,
        face_parts=parts,
        **joints,
    )


def _dense(builtin: FaceModel, to_source: Correspondence) -> tuple[Ints, Floats]:
    ids = builtin.dense_vertices[np.arange(DENSE_COUNT), builtin.dense_weights.argmax(axis=1)]
    return to_source.triangles[ids], to_source.weights[ids]


def _ibug68(mean: Floats, dense: Floats) -> Ints:
    targets = [dense[list(ids)].mean(axis=0) for ids in IBUG68_TO_DENSE]
    return np.array([np.linalg.norm(mean - p, axis=1).argmin() for p in targets], dtype=np.int32)


def _regions(source: SourceModel, builtin: FaceModel, from_builtin: Correspondence) -> Floats:
    regions = from_builtin.carry(builtin.region_weights[..., None])[..., 0] * from_builtin.trust
    regions[builtin.region_names.index("skirt")] = 0
    skin = builtin.region_names.index("skin")
    regions[skin] = np.maximum(regions[skin], 1 - from_builtin.trust)
    return np.clip(regions, 0, 1).astype(np.float32)


def _expressions(source: SourceModel, donor: FaceModel, from_builtin: Correspondence) -> dict:
    named = {canonical_name(name) for name in source.expression_names}
    missing = [k for k, name in enumerate(donor.expression_names) if canonical_name(name) not in named]
    own = dict(
        expression_basis=source.expression_basis,
        expression_names=tuple(source.expression_names),
        expression_ranges=source.expression_ranges,
        expression_std=source.expression_std,
    )
    if canonical_name("jawOpen") in named or not missing:
        return own
    carried = from_builtin.carry(donor.expression_basis) * from_builtin.trust[:, None]
    has_own = len(source.expression_names) > 0
    return dict(
        expression_basis=np.concatenate([source.expression_basis, carried]).astype(np.float32),
        expression_names=(*source.expression_names, *donor.expression_names),
        expression_ranges=np.concatenate([source.expression_ranges, donor.expression_ranges]),
        expression_std=np.concatenate(
            [source.expression_std, np.zeros(len(carried)) if has_own else donor.expression_std]
        ),
    )


def _joints(
    source: SourceModel, builtin: FaceModel, to_source: Correspondence, from_builtin: Correspondence
) -> dict:
    if source.joint_names is not None:
        return dict(
            joint_names=source.joint_names,
            joint_parents=source.joint_parents,
            joint_regressor=source.joint_regressor,
            skin_weights=source.skin_weights,
        )
    regressor = sparse.csr_matrix(builtin.joint_regressor) @ to_source.matrix
    weights = from_builtin.carry(builtin.skin_weights) * from_builtin.trust[:, None]
    weights[:, 0] += 1 - weights.sum(axis=1)
    return dict(
        joint_names=builtin.joint_names,
        joint_parents=builtin.joint_parents,
        joint_regressor=regressor.toarray().astype(np.float32),
        skin_weights=weights.astype(np.float32),
    )
