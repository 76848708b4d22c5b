"""Make what a reader found into a complete `FaceModel`: what the files lack comes over from the built-in model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...anatomy.landmarks import DENSE_FACE_COUNT, IBUG68_TO_DENSE
from ...anatomy.parts import PartName
from ...anatomy.regions import RegionName
from ...errors import LikenessError
from ...geometry.arrays import Bools, Floats, Ints
from ...geometry.faces import triangulate
from ..builtin.loading import builtin_model
from ..face_model import FaceModel
from ..source_model import SourceModel
from ..unwrapping import unwrap_head
from .colours import carried_albedo
from .correspondence import Overlay, located, overlay
from .expressions import LayBuiltin, lay_builtin, named_expressions
from .finding import with_landmarks
from .joints import carried_joints
from .shapes import Shape, shape_of_source

LEAST_COVERED = 0.5  # share of the built-in face that must find its place on a model's surface
SMALLEST, LARGEST = 0.6, 1.6  # times the built-in face
EYE_FACE = 0.5  # least mean weight of "eyes" at a face's corners that makes it part of the eye


def complete(source: SourceModel, names_from: FaceModel | None = None, lay: LayBuiltin = lay_builtin) -> FaceModel:
    """The complete model of a source.

    names_from: the model whose named expressions are carried over where the source has none; None: the built-in one.
    lay: lays the built-in model over that model; the library remembers what it has laid before.

    Raises:
        LikenessError: the surface cannot be laid under the built-in face.
    """
    builtin = builtin_model()
    shape, laying = _laid(source, builtin)
    regions = _regions(shape, builtin, laying)
    shape = _with_eyes(shape, regions[builtin.region_names.index(RegionName.EYES)])
    return FaceModel(
        id=source.id,
        name=source.name,
        source=source.source,
        licence=source.licence,
        mean=source.mean.astype(np.float32),
        identity_basis=source.identity_basis.astype(np.float32, copy=False),
        **named_expressions(source, shape, laying, names_from or builtin, lay),
        **_albedo(source, shape, builtin, laying),
        faces=source.faces.astype(np.int32, copy=False),
        **_texture_layout(source, shape),
        **_landmarks(source, shape, builtin, laying),
        region_names=builtin.region_names,
        region_weights=regions.astype(np.float32),
        part_names=shape.part_names,
        face_parts=shape.face_parts.astype(np.int32),
        **carried_joints(source, shape, builtin, laying),
    )


def _laid(source: SourceModel, builtin: FaceModel) -> tuple[Shape, Overlay]:
    """The source's shape with the built-in face laid over it. Raises `LikenessError` where that cannot be."""
    template, shape = shape_of_source(builtin), shape_of_source(source)
    if source.landmarks68 is None:
        shape = with_landmarks(shape, template)
    laying = overlay(template, shape)
    _check(source, builtin, laying)
    return shape, laying


def _check(source: SourceModel, builtin: FaceModel, laying: Overlay) -> None:
    """Refuse a source that is no face, or one in other units.

    Raises:
        LikenessError: the built-in face laid over it matches it in too few places, or is not of a face's size.
    """
    size, own = (
        np.linalg.norm(builtin.dense_points(vertices)[:DENSE_FACE_COUNT].std(axis=0))
        for vertices in (laying.laid, builtin.mean)
    )
    covered = builtin.dense_points(laying.onto.trust[:, None])[:DENSE_FACE_COUNT].mean()
    if covered < LEAST_COVERED or not SMALLEST < size / own < LARGEST:
        raise LikenessError(
            f"{source.name} does not fit under the built-in face: is it a face in metres, upright, looking to +Z?"
        )


def _landmarks(source: SourceModel, shape: Shape, builtin: FaceModel, laying: Overlay) -> dict[str, Any]:
    """`FaceModel`'s fields: the dense ones where the built-in model's came to lie, the iBUG ones the source's own."""
    places = located(builtin.dense_vertices, builtin.dense_weights, shape_of_source(builtin), shape, laying)
    vertices, weights = places.triangles, places.weights
    ibug68 = source.landmarks68
    if ibug68 is None:
        ibug68 = nearest_ibug68(shape, np.einsum("kc,kcd->kd", weights, shape.vertices[vertices]))
    return {
        "landmarks68": ibug68,
        "dense_vertices": vertices.astype(np.int32),
        "dense_weights": weights.astype(np.float32),
    }


def _texture_layout(source: SourceModel, shape: Shape) -> dict[str, Any]:
    """`FaceModel`'s fields: the source's own, unwrapped where it has none."""
    uv, faces_uv = source.uv, source.faces_uv
    if uv is None or faces_uv is None:
        uv, faces_uv = unwrap_head(source.mean, source.faces, shape.face_parts, shape.part_names)
    return {"uv": uv.astype(np.float32, copy=False), "faces_uv": faces_uv.astype(np.int32, copy=False)}


def nearest_ibug68(shape: Shape, dense: Floats) -> Ints:
    """Vertex ids (68,) of the skin nearest to what the dense landmarks (478, 3) say of the iBUG points."""
    skin = np.unique(shape.triangles(PartName.SKIN))
    targets = [dense[list(ids)].mean(axis=0) for ids in IBUG68_TO_DENSE]
    return np.array([skin[np.linalg.norm(shape.vertices[skin] - p, axis=1).argmin()] for p in targets], dtype=np.int32)


def _albedo(source: SourceModel, shape: Shape, builtin: FaceModel, laying: Overlay) -> dict[str, Any]:
    """`FaceModel`'s fields: the source's own, carried over where it has none: all of it, or the rows that are NaN."""
    mean, basis = source.albedo_mean, source.albedo_basis
    if mean is None or np.isnan(mean).any():
        mean, basis = carried_albedo(shape, builtin, laying)
        if source.albedo_mean is not None:
            given = ~np.isnan(source.albedo_mean).any(axis=1)
            mean[given], basis[:, given] = source.albedo_mean[given], 0.0
    elif basis is None:
        basis = np.zeros((0, *mean.shape))
    return {"albedo_mean": mean.astype(np.float32, copy=False), "albedo_basis": basis.astype(np.float32, copy=False)}


def _regions(shape: Shape, builtin: FaceModel, laying: Overlay) -> Floats:
    """Weights (R, V): as on the built-in face, zero without a counterpart, but all that is outside is skin."""
    names = builtin.region_names
    regions = laying.back.carry(builtin.region_weights[..., None])[..., 0] * laying.back.trust
    inside = _used(shape, *PartName.INSIDES)
    skin = _used(shape, PartName.SKIN)
    if shape.has_eyes:
        regions[names.index(RegionName.EYES)] = _used(shape, *PartName.LEFT_EYE, *PartName.RIGHT_EYE)
    regions[:, inside & ~skin] = 0
    regions[names.index(RegionName.MOUTH_INTERIOR), inside & ~skin] = 1
    covered = regions[
        [names.index(name) for name in (RegionName.LIPS, RegionName.MOUTH_INTERIOR, RegionName.EYES)]
    ].sum(axis=0)
    regions[names.index(RegionName.SKIN)] = np.where(skin, np.clip(1 - covered, 0, 1), 0)
    if RegionName.SKIRT in names:
        regions[names.index(RegionName.SKIRT)] = 0
    return np.clip(regions, 0, 1)


def _used(shape: Shape, *parts: str) -> Bools:
    """(V,) whether a face of these parts uses a vertex."""
    used = np.zeros(len(shape.vertices), dtype=bool)
    used[shape.triangles(*parts)] = True
    return used


def _with_eyes(shape: Shape, eyes: Floats) -> Shape:
    """The shape with eyes that are patches of the skin, by the weights (V,) of "eyes", as parts of their own."""
    if any(len(shape.triangles(*eye)) for eye in PartName.EYEBALLS):
        return shape
    corners = triangulate(shape.faces)[: len(shape.faces)]
    patch = eyes[corners].mean(axis=1) > EYE_FACE
    left = shape.vertices[corners, 0].mean(axis=1) > 0
    count = len(shape.part_names)
    parts = np.where(patch, np.where(left, count, count + 1), shape.face_parts)
    return replace(shape, part_names=(*shape.part_names, *PartName.EYES), face_parts=parts)
