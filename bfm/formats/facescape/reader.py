"""From FaceScape's bilinear model, version 1.6, to a `SourceModel` (Yang et al., CVPR 2020).

The core tensor gives 52 faces for every identity. At the mean identity they are the model's expressions; how each
changes with the identity is kept beside, for `personal_keys.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....errors import LikenessError
from ....geometry.arrays import Floats, Ints
from ....geometry.faces import NO_CORNER
from ...model_ids import FACESCAPE
from ...source_model import SourceModel
from ..archives import zip_names
from .fitting_arrays import fitting_arrays
from .names import LANDMARKS68, SLOTS, SPREADS
from .personal_keys import BY_IDENTITY
from .predef_folder import is_predef

VERTICES = 26278  # of version 1.6; older ones have 26317
SHAPE, MEAN, VARIANCE = "shape_bm_core", "id_mean", "id_var"
KEYS = (SHAPE, MEAN, VARIANCE, "fv_indices", "ft_indices", "texcoords")
MILLIMETRE = 0.001
HEAD_HEIGHT = (0.15, 0.6)  # metres; with wrong statistics the mean face is a hundred times as large or small
PERSONAL_MODES = 50  # how many modes change the expressions too: those of the smaller edition, half a gigabyte
NAMES = tuple(
    f"facescape_bm_v1.6_847_{modes}_52_{kind}.npz" for modes, kind in ((50, "id_front"), (50, "id"), (300, "id"))
)
OLDER, UNUSABLE = "core_847_", "_id_exp"
WANTED = (
    f"{NAMES[0]} (downloaded after 8 December 2021), which https://facescape.nju.edu.cn and "
    "https://github.com/zhuhao-nju/facescape give"
)


def recognises(path: Path) -> bool:
    """Is this FaceScape's model: one of its files, or a folder with one? Older versions count, for `read` to say so."""
    return _file(path) is not None


def source_files(path: Path) -> list[Path]:
    """The file that `read` reads. Raises `LikenessError` where there is none."""
    file = _file(path)
    if file is None:
        raise LikenessError(f"{path} has no FaceScape model: it should be {WANTED}.")
    return [file]


def read(path: Path) -> SourceModel:
    """The model. Raises `LikenessError`: another version or edition, damaged, or too old."""
    (file,) = source_files(path)
    if file.name.startswith(OLDER):
        raise LikenessError(f"{file} is FaceScape's model of version 1.0 to 1.3: version 1.6 is needed, {WANTED}.")
    if UNUSABLE in file.stem:
        raise LikenessError(f"{file} has its expressions mixed by a PCA, which no slider can undo: use {WANTED}.")
    arrays = _arrays(file)
    neutral, expressions = _bases(arrays)
    faces, faces_uv = (_triangles(file, arrays, name) for name in ("fv_indices", "ft_indices"))
    uv = _texture_points(file, arrays["texcoords"])
    if faces.max() >= VERTICES or faces_uv.shape != faces.shape or faces_uv.max() >= len(uv):
        raise LikenessError(f"{file} has triangles that do not fit its vertices: it should be {WANTED}.")
    height = float(np.ptp(neutral[0, :, 1]))
    if not HEAD_HEIGHT[0] < height < HEAD_HEIGHT[1]:
        raise LikenessError(f"{file} has a mean face of {height:.3g} m height: it should be {WANTED}.")
    return SourceModel(
        id=FACESCAPE,
        name="FaceScape bilinear 1.6",
        source=f"{file.name} of https://facescape.nju.edu.cn",
        licence="FaceScape licence: non-commercial research, no redistribution",
        mean=neutral[0],
        faces=faces,
        identity_basis=neutral[1:],
        expression_basis=expressions[0],
        expression_names=SLOTS,
        expression_ranges=np.tile([0.0, 1.0], (len(SLOTS), 1)),
        expression_std=np.array(SPREADS),
        landmarks68=np.array(LANDMARKS68, np.int32),
        uv=uv,
        faces_uv=faces_uv,
        extra={BY_IDENTITY: np.stack(expressions[1:]), **fitting_arrays(file, VERTICES)},
    )


def _file(path: Path) -> Path | None:
    if path.is_dir():
        there = [path / name for name in NAMES if (path / name).is_file()]
        # Beside the layout of the displacement networks an older model is a part of that.
        older = [] if is_predef(path) else sorted(path.glob(f"{OLDER}*.npy"))
        return next(iter([*there, *older]), None)
    if path.suffix == ".npy":
        return path if path.name.startswith(OLDER) else None
    names = zip_names(path)
    if names is None:
        return path if path.name in NAMES else None
    return path if f"{SHAPE}.npy" in names else None


def _arrays(file: Path) -> dict[str, NDArray[Any]]:
    """The plain arrays that are needed; those of the file's that are pickled are not touched."""
    try:
        with np.load(file, allow_pickle=False) as archive:
            missing = [name for name in KEYS if name not in archive]
            if missing:
                raise LikenessError(f"{file} has no array {missing[0]!r}: it should be {WANTED}.")
            arrays = {name: archive[name] for name in KEYS}
    except LikenessError:
        raise
    except Exception as error:  # zip, zlib and NumPy each have their own for a damaged file
        raise LikenessError(f"{file} is damaged or holds more than arrays: it should be {WANTED}.") from error
    modes = arrays[SHAPE].shape[-1:]
    wanted = {SHAPE: (3 * VERTICES, len(SLOTS) + 1, *modes), MEAN: modes, VARIANCE: modes}
    for name, shape in wanted.items():
        arrays[name] = arrays[name] if name == SHAPE else arrays[name].ravel()
        if arrays[name].shape != shape:
            raise LikenessError(
                f"{file} has {name!r} of size {' x '.join(map(str, arrays[name].shape))} instead of "
                f"{' x '.join(map(str, shape))}: it should be {WANTED}."
            )
    numbers = all(arrays[name].dtype.kind == "f" and np.isfinite(arrays[name]).all() for name in wanted)
    if not numbers or (arrays[VARIANCE] < 0).any():
        raise LikenessError(f"{file} has values that are no numbers: it should be {WANTED}.")
    return arrays


def _bases(arrays: dict[str, NDArray[Any]]) -> tuple[Floats, list[Floats]]:
    """Neutral (1 + I, V, 3) and expressions relative to it, (51, V, 3) each; metres.

    First comes the mean identity, then what each mode changes per sigma: in the neutral all modes, in the expressions
    the first `PERSONAL_MODES`, in half precision (2 um at worst).
    """
    core: Any = arrays[SHAPE]
    sigma = np.sqrt(arrays[VARIANCE].astype(np.float64))
    mean = arrays[MEAN].astype(np.float64)
    neutral = np.concatenate([(core[:, 0] @ mean)[:, None], core[:, 0] * sigma], axis=1)
    average = (core @ mean.astype(core.dtype)).T
    expressions = [_points(average[1:] - average[0])]
    for mode, scale in enumerate(sigma[:PERSONAL_MODES]):
        change = core[:, 1:, mode] - core[:, :1, mode]
        expressions.append(_points(scale * change.T).astype(np.float16))
    return _points(neutral.T), expressions


def _points(values: Floats) -> Floats:
    return np.ascontiguousarray(values.reshape(len(values), VERTICES, 3) * MILLIMETRE, np.float32)


def _texture_points(file: Path, values: NDArray[Any]) -> Floats:
    """(U, 2) in [0, 1]."""
    if values.ndim != 2 or values.shape[1] != 2 or values.dtype.kind not in "fiu" or not np.isfinite(values).all():
        raise LikenessError(f"{file} has no texture points in 'texcoords': it should be {WANTED}.")
    return np.clip(values.astype(np.float64), 0, 1)


def _triangles(file: Path, arrays: dict[str, NDArray[Any]], name: str) -> Ints:
    indices = arrays[name]
    if indices.ndim != 2 or indices.shape[1] != 3 or indices.dtype.kind not in "iu" or not len(indices):
        raise LikenessError(f"{file} has no triangles in {name!r}: it should be {WANTED}.")
    first = min(int(indices.min()), 1)  # the files count from one
    if first < 0:
        raise LikenessError(f"{file} has negative places in {name!r}: it should be {WANTED}.")
    return np.pad(indices.astype(np.int32) - first, ((0, 0), (0, 1)), constant_values=NO_CORNER)
