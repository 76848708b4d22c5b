"""FLAME's model files: which they are, and their arrays, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....anatomy.joints import JointName
from ....errors import LikenessError
from ....geometry.arrays import Floats, Ints
from ..archives import zip_names
from ..restricted_pickle import load_arrays

VERTICES, JOINTS, MODES, IDENTITY_MODES = 5023, 5, 400, 300
# FLAME's own order: the whole head, what the neck turns, jaw, the subject's left eye, the right one.
JOINT_NAMES = (JointName.HEAD, JointName.NECK, JointName.JAW, *JointName.EYES)
PARENTS = (-1, 0, 1, 1, 1)
SHAPES: dict[str, tuple[int | None, ...]] = {
    "v_template": (VERTICES, 3),
    "f": (None, 3),
    "shapedirs": (VERTICES, 3, MODES),
    "posedirs": (VERTICES, 3, 9 * (JOINTS - 1)),
    "J_regressor": (JOINTS, VERTICES),
    "weights": (VERTICES, JOINTS),
    "kintree_table": (2, JOINTS),
}
# The best one of a folder comes first.
NAMES = (
    *("flame2023.pkl", "flame2023_no_jaw.pkl", "generic_model.pkl", "FLAME_NEUTRAL.pkl"),
    *("female_model.pkl", "male_model.pkl", "FLAME_FEMALE.pkl", "FLAME_MALE.pkl"),
)
WANTED = (
    "generic_model.pkl or flame2023.pkl of the FLAME model, which https://flame.is.tue.mpg.de gives after registering"
)


@dataclass(frozen=True, eq=False)
class Flame:
    """FLAME's arrays in its own order and units, which are the project's: metres, x to the subject's left, y up."""

    template: Floats  # (V, 3)
    faces: Ints  # (F, 3)
    shapes: Floats  # (V, 3, 400): 300 of identity, then 100 of expression, per sigma
    correctives: Floats  # (V, 3, 36) per entry of R - I of the joints but the root
    regressor: Floats  # (5, V)
    weights: Floats  # (V, 5)


def model_file(path: Path) -> Path | None:
    """The model in a file or folder, None where there is none. Only names are read, and the keys of an ``.npz``."""
    if path.is_dir():
        return next((path / name for name in NAMES if (path / name).is_file()), None)
    if path.suffix == ".npz":
        return path if _has_flame_keys(path) else None
    return path if path.suffix == ".pkl" else None


def read_flame(path: Path) -> Flame:
    """The arrays of a model file, ``.pkl`` or ``.npz`` with the same keys. Raises `LikenessError`."""
    arrays = _read_npz(path) if path.suffix == ".npz" else load_arrays(path, SHAPES, WANTED)
    _check(path, arrays)
    weights = np.maximum(arrays["weights"], 0).astype(np.float64)
    return Flame(
        template=arrays["v_template"].astype(np.float64),
        faces=arrays["f"].astype(np.int32),
        shapes=arrays["shapedirs"],
        correctives=arrays["posedirs"],
        regressor=arrays["J_regressor"].astype(np.float64),
        weights=weights / weights.sum(axis=1, keepdims=True),
    )


def _has_flame_keys(path: Path) -> bool:
    return {"v_template.npy", "posedirs.npy", "J_regressor.npy"} <= set(zip_names(path) or ())


def _read_npz(path: Path) -> dict[str, NDArray[Any]]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in SHAPES if name in archive}
    except Exception as error:  # zip, zlib and NumPy each have their own for a damaged file
        raise LikenessError(
            f"{path} is damaged or holds more than plain arrays: it should hold the arrays of {WANTED}."
        ) from error


def _check(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    for name, shape in SHAPES.items():
        if name not in arrays:
            raise LikenessError(f"{path} has no array {name!r}: it should be {WANTED}.")
        found = arrays[name].shape
        if len(found) != len(shape) or any(n not in (None, m) for n, m in zip(shape, found, strict=True)):
            wanted = " x ".join("any" if n is None else str(n) for n in shape)
            raise LikenessError(
                f"{path} has {name!r} of size {' x '.join(map(str, found))} instead of {wanted}: it should be {WANTED}."
            )
        if arrays[name].dtype.kind not in "fiu" or not np.isfinite(arrays[name]).all():
            raise LikenessError(f"{path} has values in {name!r} that are no numbers: it should be {WANTED}.")
    # The root's parent is stored as 2^32 - 1 or as -1.
    faces, parents = arrays["f"].astype(np.int64), arrays["kintree_table"][0].astype(np.int64)
    if not len(faces) or faces.min() < 0 or faces.max() >= VERTICES or tuple(parents[1:]) != PARENTS[1:]:
        raise LikenessError(f"{path} has faces or joints that do not fit its vertices: it should be {WANTED}.")
    if (np.maximum(arrays["weights"], 0).sum(axis=1) <= 0).any():
        raise LikenessError(f"{path} has vertices that follow no joint: it should be {WANTED}.")
