"""Named expressions carried from one face to another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arkit import ARKIT_NAMES, canonical_name
from ..face_model import FaceModel
from ..landmarks import DENSE_FACE_COUNT
from ..source_model import SourceModel
from .correspondence import Overlay, overlay
from .motions import carry_motions, local_maps, spread_out
from .shapes import Shape, shape_of_model

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]

NAMED = frozenset(canonical_name(name) for name in ARKIT_NAMES)


def named_expressions(
    source: SourceModel,
    shape: Shape,
    builtin: FaceModel,
    names_from: FaceModel | None,
    laying: Overlay,
    dense_vertices: Ints,
    dense_weights: Floats,
) -> dict[str, Any]:
    """The expression fields of a `FaceModel`: the source's own, then the donor's where the source has no names.

    laying: the built-in model over the source. dense_*: (478, 3) where that put the dense landmarks.
    """
    own = {
        "expression_basis": source.expression_basis.astype(np.float32, copy=False),
        "expression_names": tuple(source.expression_names),
        "expression_ranges": source.expression_ranges.astype(np.float32),
        "expression_std": source.expression_std.astype(np.float32),
    }
    if any(canonical_name(name) in NAMED for name in source.expression_names):
        return own
    donor = builtin if names_from is None else names_from
    if donor.id != builtin.id:
        known = replace(
            shape,
            landmark_vertices=dense_vertices[:DENSE_FACE_COUNT],
            landmark_weights=dense_weights[:DENSE_FACE_COUNT],
        )
        laying = overlay(shape_of_model(donor), known)
    carried = carry_expressions(donor, donor.expression_basis, shape, laying)
    std = np.zeros(len(carried)) if len(source.expression_names) else donor.expression_std
    return {
        "expression_basis": np.concatenate([own["expression_basis"], carried]),
        "expression_names": (*source.expression_names, *donor.expression_names),
        "expression_ranges": np.concatenate([own["expression_ranges"], donor.expression_ranges]).astype(np.float32),
        "expression_std": np.concatenate([own["expression_std"], std]).astype(np.float32),
    }


def carry_expressions(donor: FaceModel, motions: Floats, shape: Shape, laying: Overlay) -> Floats:
    """Displacements (K, Vd, 3) of the donor's vertices as those of another shape's (K, V, 3), metres.

    laying: the donor over the shape.
    """
    before = donor.mean.astype(np.float64)
    sheet = np.unique(shape_of_model(donor).outer())
    maps = local_maps(before[sheet], laying.laid[sheet], before)
    carried = carry_motions(motions, maps, laying.back.matrix)
    flat = carried.transpose(1, 0, 2).reshape(carried.shape[1], -1)
    surface = shape.triangles("skin", "mouth", "eye_left", "eye_right")
    faded = spread_out(flat, laying.back.trust, 0.0, shape.vertices, surface)
    return faded.reshape(len(flat), -1, 3).transpose(1, 0, 2).astype(np.float32)
