"""`SourceModel`s of BFM 2009 out of arrays in the units of Deep3D's code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....geometry.arrays import Floats, Ints
from ....geometry.faces import NO_CORNER
from ...model_ids import BFM2009, BFM2009_FULL
from ...source_model import SourceModel
from .colour import linear_colours
from .unwrapping import unwrap_mask

DECIMETRE = 0.1  # metres
SOURCE = "Basel Face Model 2009 (Paysan et al.), expressions of Guo et al., tables of Deep3DFaceReconstruction (MIT)"
LICENCE = "Basel Face Model licence: non-commercial research, not to be passed on; expressions: research only"
RANGE = (-3.0, 3.0)  # of an expression mode, in standard deviations


@dataclass(frozen=True, eq=False)
class Scaled:
    """Arrays of one set of vertices in Deep3D's units: decimetres and RGB 0..255, the bases per standard deviation."""

    mean: Floats  # (V, 3)
    identity: Floats  # (I, V, 3)
    expression: Floats  # (E, V, 3)
    texture_mean: Floats  # (V, 3)
    texture: Floats  # (A, V, 3)


def front_model(scaled: Scaled, tables: Mapping[str, Ints]) -> SourceModel:
    """Deep3D's model. ``extra`` has what its exact decoding needs: native colours, triangles around vertices, masks."""
    extra = {
        "texture_mean": scaled.texture_mean.astype(np.float32),  # (V, 3) RGB 0..255
        "texture_basis": scaled.texture,  # (A, V, 3)
        "point_buf": tables["point_buf"],  # (V, 8) triangles around each vertex; T: none
        "frontmask2_idx": tables["frontmask2_idx"].ravel(),  # vertices that its photometric loss renders
        "skinmask": tables["skinmask"].ravel(),  # (V,) 1: skin for its reflectance loss
    }
    centre = scaled.mean.mean(axis=0)
    return _source_model(BFM2009, scaled, centre, tables["tri"], tables["keypoints"].ravel(), extra)


def full_model(scaled: Scaled, triangles: Ints, front: Ints, keypoints: Ints) -> SourceModel:
    """All vertices but the inner mouth. The origin is that of the front's model, so the two lie on each other."""
    centre = scaled.mean[front].mean(axis=0)
    return _source_model(BFM2009_FULL, scaled, centre, triangles, front[keypoints.ravel()], {})


def _source_model(
    id: str, scaled: Scaled, centre: Floats, triangles: Ints, landmarks68: Ints, extra: Mapping[str, NDArray]
) -> SourceModel:
    count = len(scaled.expression)
    mean = (scaled.mean - centre) * DECIMETRE
    faces = np.pad(triangles, ((0, 0), (0, 1)), constant_values=NO_CORNER).astype(np.int32)
    uv = unwrap_mask(mean, triangles)
    albedo_mean, albedo_basis = linear_colours(scaled.texture_mean / 255, scaled.texture / np.float32(255))
    return SourceModel(
        id=id,
        name="BFM 2009" if id == BFM2009 else "BFM 2009, full",
        source=SOURCE,
        licence=LICENCE,
        mean=mean.astype(np.float32),
        faces=faces,
        identity_basis=scaled.identity * np.float32(DECIMETRE),
        expression_basis=scaled.expression * np.float32(DECIMETRE),
        expression_names=tuple(f"exp_{k:02d}" for k in range(count)),
        expression_ranges=np.tile(np.array(RANGE, np.float32), (count, 1)),
        expression_std=np.ones(count, np.float32),
        landmarks68=landmarks68.astype(np.int32),
        uv=None if uv is None else uv.astype(np.float32),
        faces_uv=None if uv is None else faces,
        albedo_mean=albedo_mean,
        albedo_basis=albedo_basis,
        extra=extra,
    )
