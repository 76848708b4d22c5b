"""GNM Head, version 3 (Google, Apache-2.0): one ``.npz`` of plain arrays, in metres, y up, to a `SourceModel`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....anatomy.joints import JointName
from ....anatomy.parts import PartKind, PartName, part_kind
from ....errors import LikenessError
from ....geometry.arrays import Floats, Ints
from ...model_ids import GNM
from ...source_model import SourceModel
from ...unwrapping import pack_charts
from ..archives import zip_names

LANDMARKS = "head_sparse_68.txt"
WANTED = "gnm_head.npz of version 3, which https://github.com/google/GNM gives"
# Axes of the arrays that are needed: v vertices, i identity modes, e expressions, j joints, q quads, g vertex groups.
AXES = {
    "template_vertex_positions": "v3",
    "template_joint_positions": "j3",
    "vertex_identity_basis": "iv3",
    "expression_basis": "ev3",
    "expression_names": "e",
    "joint_names": "j",
    "joint_parent_indices": "j",
    "skinning_weights": "jv",
    "quads": "q4",
    "quad_uvs": "q42",
    "mesh_component_names": "c",
    "vertex_groups": "gv",
    "vertex_group_names": "g",
}
PARTS = (PartName.SKIN, *PartName.EYES, PartName.TEETH, PartName.TONGUE, PartName.MOUTH)
# The part of a component by its kind; which of the eyes it is tells its place, and gums go with the teeth.
PART_OF_KIND = {
    PartKind.SKIN: PartName.SKIN,
    PartKind.EYE: PartName.EYE_LEFT,
    PartKind.TEETH: PartName.TEETH,
    PartKind.GUMS: PartName.TEETH,
    PartKind.TONGUE: PartName.TONGUE,
    PartKind.MOUTH: PartName.MOUTH,
}
BONES = {
    **dict.fromkeys(("left_eye", "eye_left"), JointName.EYE_LEFT),
    **dict.fromkeys(("right_eye", "eye_right"), JointName.EYE_RIGHT),
}
RANGE = (-3.0, 3.0)


def recognises(path: Path) -> bool:
    """Is this GNM Head: its file, or a folder with it? Only the names of its arrays are read."""
    return _file(path) is not None


def source_files(path: Path) -> list[Path]:
    """The files that `read` reads. Raises `LikenessError` where there is no model."""
    file = _file(path)
    if file is None:
        raise LikenessError(f"{path} has no GNM Head: it should be {WANTED}.")
    landmarks = file.with_name(LANDMARKS)
    return [file, landmarks] if landmarks.is_file() else [file]


def read(path: Path) -> SourceModel:
    """The model. Raises `LikenessError`: another version, or damaged."""
    file, *beside = source_files(path)
    arrays = _arrays(file)
    mean = arrays["template_vertex_positions"].astype(np.float64)
    quads = arrays["quads"].astype(np.int32)
    parts = _face_parts(arrays, mean, quads)
    charts = [np.flatnonzero(parts == part) for part in range(len(PARTS))]
    uv, faces_uv = pack_charts(arrays["quad_uvs"].astype(np.float64), quads, charts[0], charts[1:])
    expressions = len(arrays["expression_basis"])
    weights = np.maximum(arrays["skinning_weights"].T.astype(np.float64), 0)
    return SourceModel(
        id=GNM,
        name="GNM Head 3",
        source=f"{file.name} of https://github.com/google/GNM",
        licence="Apache-2.0",
        mean=mean,
        faces=quads,
        identity_basis=arrays["vertex_identity_basis"].astype(np.float32),
        expression_basis=arrays["expression_basis"].astype(np.float32),
        expression_names=_unique([str(name) for name in arrays["expression_names"]]),
        expression_ranges=np.tile(RANGE, (expressions, 1)),
        expression_std=np.ones(expressions),
        landmarks68=_landmarks(beside[0], len(mean)) if beside else None,
        uv=uv,
        faces_uv=faces_uv,
        part_names=PARTS,
        face_parts=parts,
        joint_names=_bones([str(name) for name in arrays["joint_names"]]),
        joint_parents=_parents(arrays["joint_parent_indices"]),
        joint_regressor=_regressor(mean, weights, arrays["template_joint_positions"].astype(np.float64)),
        skin_weights=weights / weights.sum(axis=1, keepdims=True),
    )


def _file(path: Path) -> Path | None:
    file = path / "gnm_head.npz" if path.is_dir() else path
    names = zip_names(file)
    if names is None:
        return file if file.name == "gnm_head.npz" and file.is_file() else None
    return file if {"template_vertex_positions.npy", "vertex_identity_basis.npy"} <= set(names) else None


def _arrays(file: Path) -> dict[str, NDArray[Any]]:
    try:
        with np.load(file, allow_pickle=False) as archive:
            missing = [name for name in AXES if name not in archive]
            if missing:
                raise LikenessError(f"{file} has no array {missing[0]!r}: it should be {WANTED}.")
            arrays = {name: archive[name] for name in AXES}
    except LikenessError:
        raise
    except Exception as error:  # zip, zlib and NumPy each have their own for a damaged file
        raise LikenessError(f"{file} is damaged or holds more than plain arrays: it should be {WANTED}.") from error
    _check(file, arrays)
    return arrays


def _check(file: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    sizes: dict[str, int] = {str(n): n for n in range(10)}
    for name, axes in AXES.items():
        shape, text = arrays[name].shape, name.endswith("_names")
        if len(shape) != len(axes) or any(sizes.setdefault(axis, n) != n for axis, n in zip(axes, shape, strict=True)):
            found = " x ".join(map(str, shape))
            raise LikenessError(
                f"{file} has {name!r} of size {found}, which fits no other array: it should be {WANTED}."
            )
        if (arrays[name].dtype.kind != "U") if text else arrays[name].dtype.kind not in "fiu":
            raise LikenessError(f"{file} has {name!r} of another kind than it should: it should be {WANTED}.")
        if not text and not np.isfinite(arrays[name]).all():
            raise LikenessError(f"{file} has values in {name!r} that are no numbers: it should be {WANTED}.")
    quads, parents = arrays["quads"], arrays["joint_parent_indices"]
    if 0 in arrays["template_vertex_positions"].shape or not len(quads) or quads.min() < 0 or quads.max() >= sizes["v"]:
        raise LikenessError(f"{file} has faces that do not fit its vertices: it should be {WANTED}.")
    if not len(parents) or any(not -1 <= parent <= max(joint - 1, 0) for joint, parent in enumerate(parents.tolist())):
        raise LikenessError(f"{file} has joints that do not hang together: it should be {WANTED}.")
    if (np.maximum(arrays["skinning_weights"], 0).sum(axis=0) <= 0).any():
        raise LikenessError(f"{file} has vertices that follow no joint: it should be {WANTED}.")


def _face_parts(arrays: Mapping[str, NDArray[Any]], mean: Floats, quads: Ints) -> Ints:
    """(Q,) into PARTS, from the component that most of a face's corners are in; eyes by the side they are on."""
    groups = {
        str(name): weights for name, weights in zip(arrays["vertex_group_names"], arrays["vertex_groups"], strict=True)
    }
    components = [str(name) for name in arrays["mesh_component_names"] if str(name) in groups]
    if not components:
        return np.zeros(len(quads), np.int32)
    share = np.stack([groups[name][quads].mean(axis=1) for name in components])
    component = np.array([PARTS.index(PART_OF_KIND[part_kind(name)]) for name in components])[share.argmax(axis=0)]
    right = (component == 1) & (mean[quads, 0].mean(axis=1) < 0)
    return np.where(right, 2, component).astype(np.int32)


def _bones(joints: list[str]) -> tuple[str, ...]:
    """Names of the bones; the root carries the whole head and is called so, what it turns in the model is the neck."""
    others = [JointName.NECK if name == "head" else BONES.get(name, name) for name in joints[1:]]
    return _unique([JointName.HEAD, *others])


def _unique(names: list[str]) -> tuple[str, ...]:
    """Names of which none is there twice: a second one gets its place as a suffix."""
    return tuple(name if name not in names[:place] else f"{name}_{place:03d}" for place, name in enumerate(names))


def _parents(indices: Ints) -> Ints:
    """(J,) the first joint is the root, whatever the file calls its parent."""
    parents = indices.astype(np.int32)
    parents[0] = -1
    return np.maximum(parents, [-1, *[0] * (len(parents) - 1)])


def _regressor(mean: Floats, weights: Floats, joints: Floats) -> Floats:
    """(J, V) of the least weights, summing to 1, by which vertices that follow a joint give its place.

    The file has joints as identity modes; near the mean the two agree, and these follow a fine residual as well.
    """
    regressor = np.zeros((len(joints), len(mean)))
    for joint, place in enumerate(joints):
        near = np.flatnonzero(weights[:, joint] > 0.5 * weights[:, joint].max())
        system = np.concatenate([mean[near] - place, np.ones((len(near), 1))], axis=1).T
        regressor[joint, near] = np.linalg.pinv(system) @ [0.0, 0.0, 0.0, 1.0]
    return regressor


def _landmarks(path: Path, count: int) -> Ints:
    """The heaviest (68,) of each landmark's three vertices: a line "v w v w v w" each."""
    try:
        rows = np.loadtxt(path, ndmin=2)
    except (OSError, ValueError) as error:
        raise LikenessError(f"{path} is no list of landmarks: take it from the same place, or remove it.") from error
    vertices, weights = rows[:, 0::2], rows[:, 1::2]
    if rows.shape != (68, 6) or not np.isfinite(rows).all() or vertices.min() < 0 or vertices.max() >= count:
        raise LikenessError(f"{path} has no 68 landmarks of this model: take it from the same place, or remove it.")
    return vertices[np.arange(68), weights.argmax(axis=1)].astype(np.int32)
