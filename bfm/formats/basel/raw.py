"""The arrays of BFM 2009's files, checked: sizes, ranges of ids, finite numbers. Units are those of the files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ....errors import LikenessError
from ....geometry.arrays import Floats, Ints
from . import mat5
from .files import Part
from .layout import BaselSizes

Shape = tuple[int, ...]

# Standard deviations of the modes of Exp_Pca.bin, as its authors give them (Juyong/3DFace, issue 3); micrometres.
EXPRESSION_SPREADS = (
    453980, 257264, 263068, 211890, 135873, 184721, 47055.6, 72732, 62787.4, 106226, 56708.5, 51439.8, 34887.1, 44378.7,
    51813.4, 31030.7, 23354.9, 23128.1, 19400, 21827.6, 22767.7, 22057.4, 19894.3, 16172.8, 17142.7, 10035.3, 14727.5,
    12972.5, 10763.8, 8953.93, 8682.62, 8941.81, 6342.3, 5205.3, 7065.65, 6083.35, 6678.88, 4666.63, 5082.89, 5134.76,
    4908.16, 3964.93, 3739.95, 3180.09, 2470.45, 1866.62, 1624.71, 2423.74, 1668.53, 1471.65, 1194.52, 782.102, 815.044,
    835.782, 834.937, 744.496, 575.146, 633.76, 705.685, 753.409, 620.306, 673.326, 766.189, 619.866, 559.93, 357.264,
    396.472, 556.849, 455.048, 460.592, 400.735, 326.702, 279.428, 291.535, 326.584, 305.664, 287.816, 283.642, 276.19,
)  # fmt: skip
LARGEST_NUMBER = 1e8  # no position, standard deviation or colour of these files comes near


def load_arrays(path: Path, part: Part, shapes: Mapping[str, Shape]) -> dict[str, NDArray]:
    """Arrays of a .mat file by name; -1 in a shape fits every size.

    Raises:
        LikenessError: the file is not that part, or an array has another shape or numbers that cannot be.
    """
    listed = mat5.variables(path)
    arrays = {}
    for name, shape in shapes.items():
        variable = listed.get(name)
        if variable is None:
            held = ", ".join(sorted(filter(None, listed))) or "nothing"
            raise LikenessError(f"{path} is not {part.name} ({part.meaning}): it has no {name}, it holds {held}.")
        if not _fits(variable.shape, shape):
            raise LikenessError(
                f"{path} is not the {part.name} that is needed: its {name} is {_told(variable.shape)}, "
                f"not {_told(shape)}; {part.giver}."
            )
        arrays[name] = mat5.read(path, variable)
        if not _plausible(arrays[name]):
            raise LikenessError(f"{path} is damaged: its {name} has numbers that cannot be; get the file again.")
    return arrays


def load_ids(path: Path, part: Part, shapes: Mapping[str, tuple[Shape, int]]) -> dict[str, Ints]:
    """Tables of numbers that count from 1, by name, as ids that count from 0; with each shape the largest number."""
    arrays = load_arrays(path, part, {name: shape for name, (shape, _) in shapes.items()})
    for name, (_, largest) in shapes.items():
        values = arrays[name]
        if values.size and (values.min() < 1 or values.max() > largest or (values != np.floor(values)).any()):
            raise LikenessError(f"{path} is damaged: its {name} are not whole numbers from 1 to {largest}.")
    return {name: values.astype(np.int32) - 1 for name, values in arrays.items()}


def load_expressions(path: Path, layout: BaselSizes) -> Floats:
    """The modes (E, trimmed, 3) of Exp_Pca.bin; its mean is left out, as in Deep3D's code."""
    expected = 4 * (1 + 3 * layout.trimmed * (1 + layout.expressions))
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            start = stream.read(8)
            count = int.from_bytes(start[:4], "little")
            if start.startswith(b"MATLAB"):
                raise LikenessError(f"{path} is a MATLAB file, not Exp_Pca.bin.")
            if size != expected or count != layout.expressions:
                raise LikenessError(
                    f"{path} is not the whole Exp_Pca.bin: it has {size} bytes and begins with {count}, "
                    f"not {expected} bytes and {layout.expressions}; get the file again."
                )
            stream.seek(4 * (1 + 3 * layout.trimmed))
            values = np.frombuffer(stream.read(), "<f4")
    except OSError as error:
        raise LikenessError(f"{path} cannot be read: {error.strerror or error}.") from None
    if values.size != layout.expressions * layout.trimmed * 3 or not _plausible(values):
        raise LikenessError(f"{path} is damaged: it has numbers that cannot be; get the file again.")
    return values.reshape(layout.expressions, layout.trimmed, 3)


def load_spreads(path: Path | None, layout: BaselSizes) -> Floats:
    """Standard deviations (E,) of the expression modes, micrometres: those of std_exp.txt, else the authors'."""
    if path is None:
        return np.array(EXPRESSION_SPREADS[: layout.expressions])
    try:
        with path.open("rb") as stream:
            values = np.array([float(word) for word in stream.read(1 << 16).split()])
    except OSError as error:
        raise LikenessError(f"{path} cannot be read: {error.strerror or error}.") from None
    except ValueError:
        values = np.zeros(0)
    if len(values) != layout.expressions or not _plausible(values) or values.min() <= 0:
        raise LikenessError(
            f"{path} is not a list of {layout.expressions} standard deviations: remove it and Likeness uses its own."
        )
    return values


def _fits(found: Shape, wanted: Shape) -> bool:
    return len(found) == len(wanted) and all(w in (-1, f) for f, w in zip(found, wanted, strict=True))


def _told(shape: Shape) -> str:
    return " x ".join("any" if size == -1 else str(size) for size in shape)


def _plausible(values: NDArray) -> bool:
    with np.errstate(invalid="ignore"):
        return bool(values.size) and bool((np.abs(values) <= LARGEST_NUMBER).all())
