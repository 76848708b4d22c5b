"""Reads the Basel Face Models 2017 and 2019, one .h5 file in the format of Statismo each (Gerig et al., FG 2018).

Shape, colour and expression are models of their own: a mean, orthonormal modes and the modes' variances; millimetres,
colours in 0..1. The official face has the expressions' mean added, which is no neutral face: here it is a slider.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ....errors import LikenessError
from ....geometry.arrays import Floats, Ints
from ....geometry.faces import NO_CORNER
from ...model_ids import BFM2017, BFM2019
from ...source_model import SourceModel
from .colour import linear_colours
from .unwrapping import unwrap_mask

if TYPE_CHECKING:
    from collections.abc import Iterator


MILLIMETRE = 1e-3
SUFFIX, NAMES = ".h5", ("model2017", "model2019")  # as the university names them
LARGEST = 1 << 29  # bytes of one array
LARGEST_NUMBER = 1e10  # variances are sums over all vertices, mm²: of the order of 1e7
RANGE = (-3.0, 3.0)  # of an expression mode, in standard deviations
MEAN_EXPRESSION = "exp_mean"
GIVER = "the University of Basel sends it on request: https://faces.dmi.unibas.ch"
LICENCE = "Basel Face Model licence: non-commercial research, not to be passed on"
# Year and crop by the number of vertices, for files that do not say it in their name.
KNOWN = {
    53149: ("2017", ""),
    28588: ("2017", "face only"),
    47439: ("2019", ""),
    27657: ("2019", "face only"),
    58203: ("2019", "full head"),
}
ID_OF_YEAR = {"2017": BFM2017, "2019": BFM2019}
WITHOUT_EXPRESSIONS = 53490  # vertices of the 2009 model in this format


@dataclass(frozen=True, eq=False)
class _Statistics:
    """Mean (V, 3) and modes (K, V, 3) per standard deviation, in the file's units."""

    mean: Floats
    basis: Floats


def recognises(path: Path) -> bool:
    """Whether the path is an .h5 file of a Basel model, or a folder with some."""
    return bool(_candidates(path))


def source_files(path: Path) -> list[Path]:
    """The one file that ``read`` reads."""
    return [_file(path)]


def read(path: Path) -> SourceModel:
    """The model with all its modes, expressions as ``exp_00`` and so on. Raises `LikenessError`: damaged, or other."""
    path = _file(path)
    with _opened(path) as file:
        triangles = _array(path, file, "shape/representer/cells", (3, -1), "iu").T.astype(np.int64)
        shape = _statistics(path, file, "shape", -1)
        count = len(shape.mean)
        year, crop = _edition(path, count)
        if triangles.min() < 0 or triangles.max() >= count:
            raise LikenessError(f"{path} is damaged: its triangles point outside its {count} vertices.")
        colour = _statistics(path, file, "color", 3 * count)
        expression = _statistics(path, file, "expression", 3 * count)
    return _source_model(year, crop, triangles, shape, colour, expression)


def _source_model(
    year: str, crop: str, triangles: Ints, shape: _Statistics, colour: _Statistics, expression: _Statistics
) -> SourceModel:
    mean = (shape.mean - shape.mean.mean(axis=0)) * MILLIMETRE
    faces = np.pad(triangles, ((0, 0), (0, 1)), constant_values=NO_CORNER).astype(np.int32)
    uv = unwrap_mask(mean, triangles)
    modes = len(expression.basis)
    albedo_mean, albedo_basis = linear_colours(colour.mean, colour.basis)
    moved = np.concatenate([expression.basis, expression.mean[None].astype(np.float32)])
    return SourceModel(
        id=ID_OF_YEAR[year],
        name=f"BFM {year}" + (f", {crop}" if crop else ""),
        source=f"Basel Face Model {year} (Gerig et al.)",
        licence=LICENCE,
        mean=mean.astype(np.float32),
        faces=faces,
        identity_basis=shape.basis * np.float32(MILLIMETRE),
        expression_basis=moved * np.float32(MILLIMETRE),
        expression_names=(*(f"exp_{k:02d}" for k in range(modes)), MEAN_EXPRESSION),
        expression_ranges=np.array([RANGE] * modes + [(0.0, 1.0)], np.float32),
        expression_std=np.append(np.ones(modes), 0).astype(np.float32),
        landmarks68=None,
        uv=None if uv is None else uv.astype(np.float32),
        faces_uv=None if uv is None else faces,
        albedo_mean=albedo_mean,
        albedo_basis=albedo_basis,
    )


def _statistics(path: Path, file: Mapping[str, Any], part: str, size: int) -> _Statistics:
    """One of the three models; ``size`` -1: as many coordinates as it has."""
    mean = _array(path, file, f"{part}/model/mean", (size,), "f")
    if mean.size % 3:
        raise LikenessError(f"{path} is damaged: its {part} mean has {mean.size} numbers, no multiple of 3.")
    basis = _array(path, file, f"{part}/model/pcaBasis", (mean.size, -1), "f")
    variance = _array(path, file, f"{part}/model/pcaVariance", (basis.shape[1],), "f")
    if variance.min() < 0:
        raise LikenessError(f"{path} is damaged: variances of its {part} are negative.")
    modes = np.ascontiguousarray(basis.T, np.float32) * np.sqrt(variance).astype(np.float32)[:, None]
    return _Statistics(mean.reshape(-1, 3).astype(np.float64), modes.reshape(len(modes), -1, 3))


def _array(path: Path, file: Mapping[str, Any], name: str, shape: tuple[int, ...], kinds: str) -> NDArray:
    """An array of the file; -1 in a shape fits every size but none."""
    dataset = _dataset(file, name)
    if dataset is None:
        raise LikenessError(f"{path} is no Basel Face Model of 2017 or 2019: it has no {name}; {GIVER}.")
    found = tuple(dataset.shape or ())
    fits = len(found) == len(shape) and all(f and w in (-1, f) for f, w in zip(found, shape, strict=True))
    if not fits or dataset.dtype.kind not in kinds or dataset.size * 8 > LARGEST:
        raise LikenessError(f"{path} is damaged: its {name} has the form {found}, which cannot be; get it again.")
    values = np.asarray(dataset[()])
    if values.dtype.kind == "f" and not (np.abs(values) <= LARGEST_NUMBER).all():
        raise LikenessError(f"{path} is damaged: its {name} has numbers that cannot be; get the file again.")
    return values


def _dataset(file: Mapping[str, Any], name: str) -> Any:
    """An array that lies in the file itself; None where there is none, or a link leads to another file."""
    import h5py

    place: Any = file
    for part in name.split("/"):
        if not isinstance(place, h5py.Group) or not isinstance(place.get(part, getlink=True), h5py.HardLink):
            return None
        place = place[part]
    return place if isinstance(place, h5py.Dataset) and not place.is_virtual and not place.external else None


@contextmanager
def _opened(path: Path) -> Iterator[Mapping[str, Any]]:
    """The open file; whatever HDF5 finds wrong with it becomes a sentence."""
    try:
        import h5py
    except ImportError:
        raise LikenessError(f"{path} needs the Python package h5py, which is not installed: install it.") from None
    try:
        with h5py.File(path, "r") as file:
            yield file
    except LikenessError:
        raise
    except Exception as error:  # it tells of damage with a dozen types of exceptions
        raise LikenessError(f"{path} is not a readable HDF5 file ({_first_line(error)}): get it again.") from error


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0].strip().rstrip(".")


def _edition(path: Path, count: int) -> tuple[str, str]:
    """Year and crop. Raises `LikenessError` for the 2009 model, which has no expressions in this format."""
    if count == WITHOUT_EXPRESSIONS:
        raise LikenessError(
            f"{path} is the Basel Face Model 2009 in another format, without expressions: "
            "Likeness takes its 01_MorphableModel.mat, together with Exp_Pca.bin and Deep3D's tables."
        )
    year, crop = KNOWN.get(count, ("", ""))
    named = next((y for y in ID_OF_YEAR if y in path.name), "")
    return year or named or "2019", crop


def _file(path: Path) -> Path:
    """The one model that a path means."""
    files = _candidates(path)
    if len(files) > 1:
        names = ", ".join(file.name for file in files)
        raise LikenessError(f"{path} holds several Basel Face Models, so point at the file of one: {names}.")
    if not files:
        raise LikenessError(f"There is no .h5 file of a Basel Face Model in {path}; {GIVER}.")
    return files[0]


def _candidates(path: Path) -> list[Path]:
    """Files that by their name or their content are such models."""
    files = [path] if path.is_file() else sorted(path.iterdir()) if path.is_dir() else []
    files = [file for file in files if file.suffix.lower() == SUFFIX and file.is_file()]
    return [file for file in files if file.name.lower().startswith(NAMES) or _has_shape(file)]


def _has_shape(path: Path) -> bool:
    try:
        with _opened(path) as file:
            return _dataset(file, "shape/model/pcaBasis") is not None
    except LikenessError:
        return False
