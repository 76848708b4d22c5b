"""Named expressions carried from one face to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...anatomy.arkit import ARKIT_WITH_TONGUE, canonical_name, shows_tongue
from ...anatomy.parts import PartName
from ...geometry.arrays import Floats
from ..builtin.loading import builtin_model
from ..face_model import FaceModel
from ..model_ids import BUILTIN
from ..source_model import SourceModel
from .correspondence import Overlay, overlay
from .motions import calmed, carry_motions, local_maps, spread_out
from .shapes import Shape, shape_of_source

LayBuiltin = Callable[[FaceModel], Overlay]

NAMED = frozenset(canonical_name(name) for name in ARKIT_WITH_TONGUE)
FITTED = "exp_"  # names of a basis without meanings: such a model may have some named expressions beside it
STILL = 0.001  # metres: skin that moves less does not follow


def lay_builtin(model: FaceModel | SourceModel) -> Overlay:
    """The built-in model over another that has the 68 landmarks, laid anew."""
    return overlay(shape_of_source(builtin_model()), shape_of_source(model))


def named_expressions(
    source: SourceModel, shape: Shape, laying: Overlay, donor: FaceModel, lay: LayBuiltin
) -> dict[str, Any]:
    """The expression fields of a `FaceModel`: the source's own, then the donor's that the source lacks.

    laying: the built-in model over the source; ``lay`` lays it over the donor, where it is needed.
    """
    own = {
        "expression_basis": source.expression_basis.astype(np.float32, copy=False),
        "expression_names": tuple(source.expression_names),
        "expression_ranges": source.expression_ranges.astype(np.float32),
        "expression_std": source.expression_std.astype(np.float32),
    }
    names = {canonical_name(name): place for place, name in enumerate(source.expression_names)}
    if NAMED & names.keys() and not any(name.startswith(FITTED) for name in source.expression_names):
        return own
    on_donor = None if donor.id == BUILTIN else lay(donor)
    carried = carry_expressions(donor, builtin_model(), on_donor, shape, laying)
    both = {names[name]: k for k, name in enumerate(map(canonical_name, donor.expression_names)) if name in names}
    beyond = {*both.values(), *_impossible(donor, shape)}
    new = [k for k in range(len(carried)) if k not in beyond]
    std = np.zeros(len(carried)) if len(source.expression_names) else donor.expression_std
    ranges = [own["expression_ranges"], donor.expression_ranges[new]]
    return {
        "expression_basis": np.concatenate([_with_lids(own["expression_basis"], carried, both, shape), carried[new]]),
        "expression_names": (*source.expression_names, *(donor.expression_names[k] for k in new)),
        "expression_ranges": np.concatenate(ranges).astype(np.float32),
        "expression_std": np.concatenate([own["expression_std"], std[new]]).astype(np.float32),
    }


def _impossible(donor: FaceModel, shape: Shape) -> list[int]:
    """Which of the donor's expressions the shape cannot have: the tongue's where it has none."""
    tongue = len(shape.triangles(PartName.TONGUE)) > 0
    return [k for k, name in enumerate(donor.expression_names) if shows_tongue(name) and not tongue]


def _with_lids(own: Floats, carried: Floats, both: Mapping[int, int], shape: Shape) -> Floats:
    """The source's expressions (E, V, 3), to those that turn eyeballs alone the donor's movement of the skin added.

    both: place in ``own`` -> place in ``carried``, for names that both have.
    """
    skin = np.unique(shape.triangles(PartName.SKIN))
    still = [(mine, other) for mine, other in both.items() if np.abs(own[mine, skin]).max() < STILL]
    result = own.copy() if still else own
    for mine, other in still:
        result[mine, skin] += carried[other, skin]
    return result


def carry_expressions(
    donor: FaceModel, builtin: FaceModel, on_donor: Overlay | None, shape: Shape, laying: Overlay
) -> Floats:
    """The donor's expressions (E, V, 3) on another shape, metres.

    on_donor, laying: the built-in model over the donor (None: it is the donor) and over the shape.
    """
    sheet = np.unique(shape_of_source(builtin).outer())
    before = builtin.mean.astype(np.float64) if on_donor is None else on_donor.laid
    maps = local_maps(before[sheet], laying.laid[sheet], donor.mean.astype(np.float64))
    matrix = laying.back.matrix if on_donor is None else laying.back.matrix @ on_donor.onto.matrix
    trust = laying.back.trust if on_donor is None else laying.back.trust * (laying.back.matrix @ on_donor.onto.trust)
    motions = np.array(donor.expression_basis)
    if not shape.has_eyes:
        # The gaze moves lids, no patch.
        motions[:, np.concatenate([donor.part_vertices(*eye) for eye in PartName.EYEBALLS])] = 0
    carried = carry_motions(motions, maps, matrix)
    flat = carried.transpose(1, 0, 2).reshape(carried.shape[1], -1)
    faded = spread_out(flat, trust, 0.0, shape.vertices, shape.triangles(*PartName.CLOSED_SKIN))
    faded = calmed(faded, shape.vertices, shape.triangles(PartName.SKIN))
    return faded.reshape(len(flat), -1, 3).transpose(1, 0, 2).astype(np.float32)
