"""What of a model's shape keys makes each group of wrinkles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...anatomy.arkit import NUMBERED, values_for
from ...bfm.face_model import FaceModel
from ...geometry.arrays import Floats, Floats64
from ...result.wrinkles import GROUPS, activation_by, keys_of_group

_ENOUGH_VERTICES = 6000  # of a denser mesh only so many are compared: shapes are smooth
_RIDGE = 1e-2  # of the mean square of a named shape: such shapes overlap, and none should make up for another


@dataclass(frozen=True)
class ExpressiveFace:
    """A face with its own shape keys, and what the photo shows of them."""

    model: FaceModel
    neutral: Floats  # (V, 3) metres
    expressions: Floats  # (E, V, 3) metres per unit of the slider
    values: Floats  # (E,) in the photo


@dataclass(frozen=True)
class GroupMotion:
    """A group of wrinkles and the expression that makes it."""

    name: str  # of `GROUPS`
    keys: dict[str, float]  # weight of each shape key in the activation
    photo: float  # activation in the photo
    moved: Floats64  # (V, 3) the neutral face with all of the expression


def group_motions(face: ExpressiveFace) -> list[GroupMotion]:
    """The groups that a face's keys offer, in the order of `GROUPS`; none where no key has a name of ARKit's.

    A numbered key, an axis of a model's own statistics, counts as the named ones that come nearest to it.
    """
    names = face.model.expression_names
    named = [name for name in names if not NUMBERED.fullmatch(name)]
    meant = _in_named(face, [name for name in names if name not in named], named)
    values = dict(zip(names, (float(value) for value in face.values), strict=True))
    motions = []
    for group in GROUPS:
        own = keys_of_group(group, named)
        if own:
            weights = np.array([own.get(name, 0.0) for name in named])
            keys = own | {name: round(float(weights @ shares), 4) for name, shares in meant.items()}
            motions.append(GroupMotion(group, keys, activation_by(keys, values), _moved(face, group, named)))
    return motions


def _moved(face: ExpressiveFace, group: str, named: Sequence[str]) -> Floats64:
    """The face with a group's expressions, the strongest of them at 1."""
    most = max(GROUPS[group].values())
    values = values_for(named, {name: weight / most for name, weight in GROUPS[group].items()})
    moved = np.array(face.neutral, np.float64)
    for delta, name in zip(face.expressions, face.model.expression_names, strict=True):
        if values.get(name):
            moved += values[name] * np.asarray(delta, np.float64)
    return moved


def _in_named(face: ExpressiveFace, numbered: Sequence[str], named: Sequence[str]) -> dict[str, Floats64]:
    """For each of the ``numbered`` keys the values (K,) of the K ``named`` ones that come nearest to it at 1."""
    if not numbered or not named:
        return {}
    every = slice(None, None, max(1, len(face.neutral) // _ENOUGH_VERTICES))
    moves = dict(zip(face.model.expression_names, np.asarray(face.expressions)[:, every], strict=True))
    wanted, basis = (
        np.stack([moves[name].ravel() for name in names]).astype(np.float64) for names in (numbered, named)
    )
    gram = basis @ basis.T
    gram += _RIDGE * gram.diagonal().mean() * np.eye(len(gram))
    return dict(zip(numbered, np.linalg.solve(gram, basis @ wanted.T).T, strict=True))
