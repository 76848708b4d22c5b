"""The built-in model in disguise: warped, in another order, with other triangles, so the truth is known."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from likeness.anatomy.parts import PartName
from likeness.bfm.face_model import FaceModel, save_face_model
from likeness.bfm.library.layings import FOLDER, laid_builtin
from likeness.bfm.library.registry import load_model
from likeness.bfm.library.store import MODEL_FILE, Record, install, models_folder
from likeness.bfm.model_ids import BUILTIN
from likeness.bfm.source_model import SourceModel
from likeness.bfm.transfer.completing import complete
from scipy.spatial import KDTree

TURN = np.radians(4.0)
SHIFT = np.array([0.01, -0.03, 0.05])
SCALE = 1.06
FACE_REACH = 0.015  # metres


def warped(points: np.ndarray) -> np.ndarray:
    """Points (N, 3) of the built-in face where they are on the other: another size, pose and slightly another form."""
    x, y, z = points.T.astype(np.float64)
    bent = np.stack([x * (1 + 1.2 * y), y + 0.003 * np.sin(40 * z), z + 0.004 * np.sin(30 * y)], axis=1)
    turn = np.array([[1, 0, 0], [0, np.cos(TURN), -np.sin(TURN)], [0, np.sin(TURN), np.cos(TURN)]])
    return SCALE * bent @ turn.T + SHIFT


def of_face() -> np.ndarray:
    """(V,) whether a vertex of the built-in model is near its landmarks, on the skin or on an eyeball."""
    builtin = load_model("builtin")
    near = KDTree(builtin.dense_points(builtin.mean)).query(builtin.mean)[0] < FACE_REACH
    surface = builtin.part_vertices(PartName.SKIN, *PartName.LEFT_EYE, *PartName.RIGHT_EYE)
    return near & np.isin(np.arange(len(near)), surface)


def order() -> np.ndarray:
    """(V,) the built-in vertex that each vertex of the other model is."""
    return np.random.default_rng(7).permutation(len(load_model("builtin").mean))


def disguised(landmarks: bool = True) -> SourceModel:
    """Mean, faces and parts alone, with one identity mode, and two expressions without names."""
    builtin, ids = load_model("builtin"), order()
    place = np.argsort(ids)
    faces = np.roll(np.where(builtin.faces >= 0, place[builtin.faces], -1), 1, axis=1)  # the other diagonal
    faces = np.where((faces[:, :1] < 0), np.roll(faces, -1, axis=1), faces)
    modes = warped((builtin.mean + builtin.identity_basis[:12]).reshape(-1, 3)).reshape(12, -1, 3)
    return SourceModel(
        id="other",
        name="Other face",
        source="tests",
        licence="GPL-3.0-or-later",
        mean=warped(builtin.mean)[ids].astype(np.float32),
        faces=faces,
        identity_basis=(modes - warped(builtin.mean))[:, ids].astype(np.float32),
        expression_basis=np.zeros((2, len(ids), 3), np.float32),
        expression_names=("exp_00", "exp_01"),
        expression_ranges=np.tile([-3.0, 3.0], (2, 1)),
        expression_std=np.ones(2),
        landmarks68=place[builtin.landmarks68] if landmarks else None,
        part_names=builtin.part_names,
        face_parts=builtin.face_parts,
    )


@cache
def other_model() -> FaceModel:
    """The disguised model, complete."""
    return complete(disguised())


@cache
def _laying() -> bytes:
    """The file of `laid_builtin`, which takes seconds to make."""
    laid_builtin(other_model())
    return (models_folder() / FOLDER / f"{BUILTIN}--{other_model().id}.npz").read_bytes()


def with_halves(model: FaceModel, name: str) -> FaceModel:
    """The model with two further expressions that are the left and the right half of one, as ICT-FaceKit has them."""
    whole = model.expression_names.index(name)
    left = model.mean[:, :1] > 0
    halves = [np.where(side, model.expression_basis[whole], 0).astype(np.float32) for side in (left, ~left)]
    return replace(
        model,
        expression_names=(*model.expression_names, name + "Left", name + "Right"),
        expression_basis=np.concatenate([model.expression_basis, halves]),
        expression_ranges=np.concatenate([model.expression_ranges, model.expression_ranges[[whole, whole]]]),
        expression_std=np.concatenate([model.expression_std, [0.0, 0.0]]),
    )


def install_other(model_id: str = "other", model: FaceModel | None = None) -> FaceModel:
    """Put the complete model into the library of this test, and how the built-in one lies on it.

    model: what to put there; of the same shape.
    """
    model = replace(model or other_model(), id=model_id)
    remembered = models_folder() / FOLDER / f"{BUILTIN}--{model_id}.npz"
    remembered.parent.mkdir(parents=True, exist_ok=True)
    remembered.write_bytes(_laying())

    def write(folder: Path) -> None:
        save_face_model(model, folder / MODEL_FILE, compressed=False)

    install(Record(model.id, model.name, model.source, model.licence, "model", (), "0"), write)
    return model
