"""`SourceModel`: what a model's own files hold, in the project's units and axes, before it is made complete.

A reader converts a format to this and knows nothing of Likeness's needs; `transfer.completing.complete` carries over
from the built-in model what the source lacks (dense landmarks, regions, named expressions, colours, bones).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..anatomy.parts import PartName
from ..geometry.arrays import Floats, Ints


@dataclass(frozen=True, eq=False)
class SourceModel:
    """A linear face model as its files have it. Shapes, units and axes are those of `FaceModel`; None: not in them."""

    id: str
    name: str
    source: str
    licence: str
    mean: Floats  # (V, 3) metres
    faces: Ints  # (F, 4)
    identity_basis: Floats  # (I, V, 3) metres per sigma
    expression_basis: Floats  # (E, V, 3) metres per unit of the slider
    expression_names: tuple[str, ...]  # (E,) ARKit's names where the shapes have that meaning, else exp_00 and so on
    expression_ranges: Floats  # (E, 2)
    expression_std: Floats  # (E,) 0: a slider for artists that the fit leaves alone
    landmarks68: Ints | None  # (68,) vertex ids
    uv: Floats | None = None  # (U, 2)
    faces_uv: Ints | None = None  # (F, 4)
    albedo_mean: Floats | None = None  # (V, 3) linear RGB; NaN in a row: not in the files
    albedo_basis: Floats | None = None  # (A, V, 3) linear RGB per sigma
    part_names: tuple[str, ...] = (PartName.SKIN,)
    face_parts: Ints | None = None  # (F,) index into part_names; None: all skin
    joint_names: tuple[str, ...] | None = None  # head, jaw, eye.L, eye.R ..., the root first
    joint_parents: Ints | None = None  # (J,)
    joint_regressor: Floats | None = None  # (J, V)
    skin_weights: Floats | None = None  # (V, J)
    doubt: Floats | None = None  # (V,) 1 where the surface only closes the face, 0 on the face; None: nowhere
    extra: Mapping[str, Floats | Ints] = field(default_factory=dict)  # kept in the same file
