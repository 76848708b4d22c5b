"""A finished result as another face model's: the same face, its keys, maps, pose and light.

Geometry comes over by the dense correspondence of the two models (`bfm.transfer`): the other model's identity is fitted
to the carried surface and what that leaves is kept as a residual. The photo, the light and the landmarks stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.optimize import lsq_linear
from scipy.spatial import KDTree

from ..anatomy.arkit import NUMBERED, values_for
from ..anatomy.parts import PartName
from ..bfm.face_model import FaceModel
from ..bfm.library.layings import correspondence
from ..bfm.library.registry import expressions_for, load_model
from ..bfm.model_ids import BUILTIN
from ..bfm.source_model import SourceModel
from ..bfm.transfer.correspondence import Correspondence
from ..bfm.transfer.motions import calmed, spread_out
from ..bfm.transfer.shapes import Shape, shape_of_source
from ..errors import LikenessError
from ..geometry.arrays import Floats, Ints
from ..geometry.similarity import Similarity, umeyama
from ..inference.model_mesh import mesh_of, model_record
from ..inference.wrinkles.expressions import ExpressiveFace, group_motions
from ..result.choices import CPU
from ..result.reconstruction import Mesh, Reconstruction
from ..result.wrinkles import WrinkleGroup
from .maps import carried_maps
from .own_model import own_model

IDENTITY_WEIGHT = 1e-3  # metres of a vertex' misfit that cost as much as one sigma of one mode
EXPRESSION_WEIGHT = 3e-4  # likewise for a slider's full range
SAMPLES = 4000  # vertices that identity and expression are fitted to
ROUNDS = 3
FULL = "_full"  # what the id of a model's full form ends in: its numbered shapes are those of the small form
FAINT = 1e-6  # metres: a personal key that differs less from its model's own is that


def transferred(result: Reconstruction, model_id: str) -> Reconstruction:
    """The result as a face of the model ``model_id``. Raises `LikenessError` where that cannot be."""
    other, own = load_model(model_id), own_model(result)
    if isinstance(own, FaceModel) and own.id == model_id:
        raise LikenessError(f"The result already is a face of the model {model_id!r}.")
    places = correspondence(other, own)
    shape = shape_of_source(other)
    frame, identity, vertices = _neutral(other, shape, places, places.carry(result.mesh.vertices))
    keys = _keys(result.mesh, own, other, places, frame, vertices)
    expression = _expression(result.mesh, own, other, places, frame, keys)
    mesh = mesh_of(other, vertices, keys, expression)
    images = carried_maps(result, other, places, mesh)
    return replace(
        result,
        model=model_record(other),
        coefficients={"identity": identity.tolist(), "expression": expression.tolist(), "albedo": []},
        rotation=result.rotation @ frame.rotation,
        translation=result.rotation @ frame.translation + result.translation,
        provenance={**result.provenance, "mesh": f"carried over from {_told(own)}", "device": CPU},
        mesh=mesh,
        images=images,
        photos=[_photo(photo, frame) for photo in result.photos],
        wrinkles=_wrinkles(result.wrinkles, ExpressiveFace(other, vertices, keys, expression)),
    )


def _wrinkles(groups: Sequence[WrinkleGroup], face: ExpressiveFace) -> tuple[WrinkleGroup, ...]:
    """The same groups ruled by the keys of another face; those that its keys do not offer are left out."""
    motions = {motion.name: motion for motion in group_motions(face)}
    known = [(group, motions[group.name]) for group in groups if group.name in motions]
    return tuple(replace(group, keys=motion.keys, photo=motion.photo) for group, motion in known)


def _told(own: FaceModel | SourceModel) -> str:
    return f"the model {own.id}" if isinstance(own, FaceModel) else f"a face of an earlier model {own.id}"


def _neutral(
    other: FaceModel, shape: Shape, places: Correspondence, carried: Floats
) -> tuple[Similarity, Floats, Floats]:
    """Rigid motion to the result's space, identity coefficients (I,), neutral vertices (V, 3), of the other model."""
    trust = places.trust
    ids = _samples(trust)
    basis = np.asarray(other.identity_basis[:, ids], dtype=np.float64)
    system = (basis * trust[ids, None]).reshape(len(basis), -1)
    gram = system @ system.T + IDENTITY_WEIGHT**2 * len(ids) * np.eye(len(system))
    identity, frame = np.zeros(len(basis)), Similarity(1.0, np.eye(3), np.zeros(3))
    for _ in range(ROUNDS):
        guess = other.mean[ids] + np.tensordot(identity, basis, axes=1)
        frame = umeyama(guess, carried[ids], trust[ids], scale=1.0)
        missing = (frame.undo(carried[ids]) - other.mean[ids]) * trust[ids, None]
        identity = np.linalg.solve(gram, system @ missing.ravel())
    fitted = other.shape(identity)
    return frame, identity, fitted + _residual(shape, trust, frame.undo(carried) - fitted, fitted)


def _residual(shape: Shape, trust: Floats, misfit: Floats, fitted: Floats) -> Floats:
    """What the identity leaves (V, 3), fading where nothing is known.

    An eyeball goes as one with its front; lashes and tears, of which nothing is known, with the nearest skin.
    """
    residual = spread_out(misfit, trust, 0.0, shape.vertices, shape.triangles(*PartName.CLOSED_SKIN))
    residual = calmed(residual, shape.vertices, shape.triangles(PartName.SKIN))
    if shape.has_eyes:
        for eye in PartName.EYEBALLS:
            ids = shape.vertices_of(*eye)
            depth = fitted[ids, 2]
            front = ids[depth > (depth.min() + 3 * depth.max()) / 4]
            residual[ids] = misfit[front].mean(axis=0)
    skin = shape.vertices_of(PartName.SKIN)
    loose = shape.vertices_of(PartName.LASHES, PartName.TEAR_LINE)
    residual[loose] = residual[skin[KDTree(fitted[skin]).query(fitted[loose])[1]]]
    return residual


def _samples(trust: Floats) -> Ints:
    known = np.flatnonzero(trust > 0.5)
    if len(known) < 100:
        raise LikenessError("The two models have no surface in common.")
    return known[np.linspace(0, len(known) - 1, min(SAMPLES, len(known))).astype(int)]


def _keys(
    mesh: Mesh,
    own: FaceModel | SourceModel,
    other: FaceModel,
    places: Correspondence,
    frame: Similarity,
    vertices: Floats,
) -> Floats:
    """The other model's expressions (E, V, 3) for this face, with what the result's own keys have made to measure."""
    keys = np.array(expressions_for(other, vertices), dtype=np.float32)
    if other.id == BUILTIN:  # it makes all of its own to measure
        return keys
    stock = dict(zip(own.expression_names, own.expression_basis, strict=True))
    for name, delta in zip(mesh.shape_key_names, mesh.shape_key_deltas, strict=True):
        if name not in stock or name not in other.expression_names or NUMBERED.fullmatch(name):
            continue
        personal = delta - stock[name]
        if np.abs(personal).max() > FAINT:
            keys[other.expression_names.index(name)] += places.carry(personal) * places.trust[:, None] @ frame.rotation
    return keys


def _expression(
    mesh: Mesh,
    own: FaceModel | SourceModel,
    other: FaceModel,
    places: Correspondence,
    frame: Similarity,
    keys: Floats,
) -> Floats:
    """Slider values (E,): by name where all that move have one there, else those that come nearest to the shape."""
    values = {n: float(v) for n, v in zip(mesh.shape_key_names, mesh.expression, strict=True)}
    alike = own.id.removesuffix(FULL) == other.id.removesuffix(FULL)
    named = {n: v for n, v in values.items() if alike or not NUMBERED.fullmatch(n)}
    same = values_for(other.expression_names, named)
    by_name = np.array([same.get(name, 0.0) for name in other.expression_names])
    low, high = np.asarray(other.expression_ranges, dtype=np.float64).T
    if {n for n, v in values.items() if v} <= named.keys() & set(other.expression_names):
        return np.clip(by_name, low, high)
    moved = np.tensordot(mesh.expression, mesh.shape_key_deltas, axes=1)
    ids = _samples(places.trust)
    target = places.carry(moved)[ids] @ frame.rotation
    span = np.maximum(high - low, 1e-9)
    weight = EXPRESSION_WEIGHT * np.sqrt(len(ids)) / span
    system = np.concatenate([keys[:, ids].reshape(len(keys), -1).T.astype(np.float64), np.diag(weight)])
    right = np.concatenate([target.ravel(), weight * np.clip(by_name, low, high)])
    return np.asarray(lsq_linear(system, right, (low, np.maximum(high, low + 1e-9))).x)


def _photo(photo: dict[str, Any], frame: Similarity) -> dict[str, Any]:
    """A set's further photo with its pose for the other model; its sliders' values were those of the old keys."""
    rotation, translation = (np.array(photo["pose"][name]) for name in ("rotation", "translation"))
    pose = {
        "rotation": (rotation @ frame.rotation).tolist(),
        "translation": (rotation @ frame.translation + translation).tolist(),
    }
    return {name: value for name, value in photo.items() if name != "expression"} | {"pose": pose}
