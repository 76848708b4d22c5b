"""From FLAME's files to a `SourceModel`: bases, jaw and gaze as shape keys, bones, eyeballs, and what lies beside."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ....anatomy.joints import JointName
from ....anatomy.parts import PartName
from ....errors import LikenessError
from ....geometry.arrays import Floats, Ints
from ....geometry.faces import NO_CORNER
from ...model_ids import FLAME2020, FLAME2023
from ...source_model import SourceModel
from .beside import beside, embedding_landmarks, texture_layout
from .files import IDENTITY_MODES, JOINT_NAMES, MODES, PARENTS, VERTICES, WANTED, Flame, model_file, read_flame
from .skinning import flame_vertices

PARTS = (PartName.SKIN, *PartName.EYES)
JAW, LEFT_EYE, RIGHT_EYE = (JOINT_NAMES.index(name) for name in (JointName.JAW, *JointName.EYES))
# Axis times angle in radians of one joint at slider 1.0. X: down, Y: to the subject's left. And the spread of the
# slider: faces in photos open their jaws and move their eyes far more often than they shift the jaw.
POSE_KEYS: dict[str, tuple[int, tuple[float, float, float], float]] = {
    "jawOpen": (JAW, (0.30, 0.0, 0.0), 0.3),
    "jawLeft": (JAW, (0.0, 0.10, 0.0), 0.15),
    "jawRight": (JAW, (0.0, -0.10, 0.0), 0.15),
    **{f"eyeLookUp{side}": (eye, (-0.45, 0.0, 0.0), 0.35) for side, eye in (("Left", LEFT_EYE), ("Right", RIGHT_EYE))},
    **{f"eyeLookDown{side}": (eye, (0.45, 0.0, 0.0), 0.35) for side, eye in (("Left", LEFT_EYE), ("Right", RIGHT_EYE))},
    "eyeLookOutLeft": (LEFT_EYE, (0.0, 0.49, 0.0), 0.35),
    "eyeLookInLeft": (LEFT_EYE, (0.0, -0.49, 0.0), 0.35),
    "eyeLookInRight": (RIGHT_EYE, (0.0, 0.49, 0.0), 0.35),
    "eyeLookOutRight": (RIGHT_EYE, (0.0, -0.49, 0.0), 0.35),
}
IS_2023 = re.compile(r"flame[\W_]*2023", re.IGNORECASE)  # in the name of the file or its folder; other 2023s are dates
EDITIONS = {
    FLAME2020: ("FLAME 2020", "FLAME licence of the Max Planck Society: non-commercial scientific research"),
    FLAME2023: ("FLAME 2023", "CC BY 4.0 for FLAME 2023 Open, else the FLAME licence: non-commercial research"),
}


def recognises(path: Path) -> bool:
    """Is this FLAME: its ``.pkl``, an ``.npz`` with the same keys, or a folder with one of its files?"""
    return model_file(path) is not None


def source_files(path: Path) -> list[Path]:
    """The files that `read` reads. Raises `LikenessError` where there is no model."""
    model = _model_file(path)
    return [model, *beside(model)]


def read(path: Path) -> SourceModel:
    """The model. Raises `LikenessError`: a file is damaged, of another kind, or holds code (which is not run)."""
    file = _model_file(path)
    flame = read_flame(file)
    names, basis, std = _pose_keys(flame, with_jaw="no_jaw" not in file.stem)
    own = np.moveaxis(flame.shapes, -1, 0).astype(np.float32)
    expressions = MODES - IDENTITY_MODES
    model_id = FLAME2023 if IS_2023.search(f"{file.absolute().parent.name}/{file.name}") else FLAME2020
    name, licence = EDITIONS[model_id]
    layout = texture_layout(file, flame.faces)
    return SourceModel(
        id=model_id,
        name=name,
        source=f"{file.name} of https://flame.is.tue.mpg.de",
        licence=licence,
        mean=flame.template,
        faces=_with_fourth(flame.faces),
        identity_basis=own[:IDENTITY_MODES],
        expression_basis=np.concatenate([own[IDENTITY_MODES:], basis]),
        expression_names=(*(f"exp_{k:02d}" for k in range(expressions)), *names),
        expression_ranges=np.array([(-3.0, 3.0)] * expressions + [(0.0, 1.0)] * len(names)),
        expression_std=np.concatenate([np.ones(expressions), std]),
        landmarks68=embedding_landmarks(file, flame.faces),
        uv=None if layout is None else layout[0],
        faces_uv=None if layout is None else _with_fourth(layout[1]),
        part_names=PARTS,
        face_parts=_face_parts(flame),
        joint_names=JOINT_NAMES,
        joint_parents=np.array(PARENTS, np.int32),
        joint_regressor=flame.regressor,
        skin_weights=flame.weights,
    )


def _model_file(path: Path) -> Path:
    file = model_file(path)
    if file is None:
        raise LikenessError(f"{path} has no FLAME model: it should be {WANTED}.")
    return file


def _with_fourth(triangles: Ints) -> Ints:
    return np.pad(triangles, ((0, 0), (0, 1)), constant_values=NO_CORNER).astype(np.int32)


def _pose_keys(flame: Flame, with_jaw: bool) -> tuple[tuple[str, ...], Floats, Floats]:
    """Names (K,), displacements (K, V, 3) and spreads (K,) of the joints' turns, pose correctives within.

    Where the expressions move the jaw already, its keys are for artists alone.
    """
    none = np.zeros(0)
    pose = np.zeros((len(POSE_KEYS), len(JOINT_NAMES), 3))
    for key, (joint, turn, _) in enumerate(POSE_KEYS.values()):
        pose[key, joint] = turn
    turned = np.stack([flame_vertices(flame, none, none, p) for p in pose])
    std = [0.0 if joint == JAW and not with_jaw else std for joint, _, std in POSE_KEYS.values()]
    return tuple(POSE_KEYS), (turned - flame.template).astype(np.float32), np.array(std)


def _face_parts(flame: Flame) -> Ints:
    """(F,) eyeballs are the pieces of the mesh that follow an eye's joint alone."""
    edges = flame.faces[:, [0, 1, 1, 2]].reshape(-1, 2).T
    graph = coo_matrix((np.ones(edges.shape[1]), tuple(edges)), shape=(VERTICES, VERTICES))
    count, piece = connected_components(graph, directed=False)
    parts = np.zeros(count, np.int32)
    for part, joint in ((1, LEFT_EYE), (2, RIGHT_EYE)):
        follows = np.bincount(piece, flame.weights[:, joint], count) / np.bincount(piece, minlength=count)
        parts[follows > 0.5] = part
    return parts[piece[flame.faces[:, 0]]]
