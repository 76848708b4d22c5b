"""What a FaceScape file may hold for fitting landmarks: lines of contour vertices, and how people move their faces.

Files from before 13 May 2021 have none of it, and the fit does without: an array that is absent, or that is not what it
should be, is left out.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....geometry.arrays import Floats, Ints
from ..restricted_pickle import number_lists
from .names import SLOTS

# As they are kept beside the model. NOWHERE fills the shorter lines.
CONTOURS = "contour_candidates"  # (17, C) vertices that the jaw's landmarks may lie on
MIXTURE = MIXTURE_WEIGHTS, MIXTURE_MEANS, MIXTURE_COVARIANCES = (
    "expression_mixture_weights",  # (G,) of Gaussians over the sliders; sum 1
    "expression_mixture_means",  # (G, 51)
    "expression_mixture_covariances",  # (G, 51, 51)
)
NOWHERE = -1
LARGEST_LINES = 1 << 20  # bytes of a side's lines
SIDE, JAW = 8, 17  # landmarks on each side of the chin, and on the whole jaw
_LEFT, _RIGHT, _CHIN = "contour_line_left", "contour_line_right", "bottom_cand"  # of the picture
_GAUSSIANS = ("exp_gmm_weights", "exp_gmm_means", "exp_gmm_covariances")


def fitting_arrays(file: Path, vertices: int) -> dict[str, Floats | Ints]:
    """The arrays by our names, as far as the file has them; nothing that is pickled in it is run."""
    with zipfile.ZipFile(file) as archive:
        return _contours(archive, vertices) | _mixture(archive)


def _contours(archive: zipfile.ZipFile, vertices: int) -> dict[str, Floats | Ints]:
    left, right, chin = (_rows(archive, name) for name in (_LEFT, _RIGHT, _CHIN))
    if left is None or right is None or chin is None or (len(left), len(chin), len(right)) != (SIDE, 1, SIDE):
        return {}
    lines = [*left, *chin, *right]
    if not all(_are_vertices(line, vertices) for line in lines):
        return {}
    table = np.full((JAW, max(map(len, lines))), NOWHERE, np.int32)
    for row, line in zip(table, lines, strict=True):
        row[: len(line)] = line
    return {CONTOURS: table}


def _are_vertices(line: NDArray[Any], vertices: int) -> bool:
    return not len(line) or bool(line.dtype.kind in "iu" and line.min() >= 0 and line.max() < vertices)


def _rows(archive: zipfile.ZipFile, name: str) -> list[NDArray[Any]] | None:
    """An array of lists, pickled where they differ in length; a plain list is its one row."""
    try:
        with archive.open(f"{name}.npy") as member:
            version = np.lib.format.read_magic(member)
            reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            dtype = reader(member)[2]
            if dtype.hasobject:
                return number_lists(member.read(LARGEST_LINES))
        return list(np.atleast_2d(_plain(archive, name)))
    except Exception:  # absent, damaged or another thing: each library has its own
        return None


def _plain(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    with archive.open(f"{name}.npy") as member:
        return np.lib.format.read_array(member, allow_pickle=False)


def _mixture(archive: zipfile.ZipFile) -> dict[str, Floats | Ints]:
    try:
        weights, means, covariances = (_plain(archive, name).astype(np.float64) for name in _GAUSSIANS)
        weights = weights.ravel()
        shapes = (means.shape, covariances.shape)
        count, size = len(weights), len(SLOTS)
        np.linalg.cholesky(covariances)
    except Exception:  # likewise, or no covariance of anything
        return {}
    arrays = (weights, means, covariances)
    if shapes != ((count, size), (count, size, size)) or not all(np.isfinite(array).all() for array in arrays):
        return {}
    if not count or (weights <= 0).any():
        return {}
    return dict(zip(MIXTURE, (weights / weights.sum(), means, covariances), strict=True))
