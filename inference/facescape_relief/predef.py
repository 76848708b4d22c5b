"""The folder ``predef`` of FaceScape's own code, which says where its networks see what of a face.

Where on a face each of its vertices is stands in the bilinear model that belongs into that folder; with the later one
of the library, whose texture layout must then be the same, that is not needed.
"""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ...anatomy.landmarks import Ibug
from ...bfm.formats.facescape.predef_folder import (
    CORE,
    FACES,
    FRONT,
    IDENTITY,
    LANDMARKS,
    MASK,
    NAME,
    POSITIONS_MAP,
    folder_of,
)
from ...bfm.formats.facescape.reader import HEAD_HEIGHT, MILLIMETRE
from ...bfm.formats.restricted_pickle import load_array, load_with
from ...bfm.library.networks import FACESCAPE_LAYOUT, known_network
from ...bfm.library.registry import available_models, load_model
from ...bfm.model_ids import FACESCAPE
from ...errors import LikenessError
from ...geometry.arrays import Bools, Floats, Floats32, Ints
from ...geometry.faces import triangulate
from .layout import INPUT_SIDE, POSITIONS, FaceScapeLayout
from .window import LONGEST, covered, inside, uv_of_vertices

VERTICES = 26317  # of versions 1.0 to 1.3
LANDMARKS_APART = 0.003  # of the texture: how far apart two equal layouts may have the same landmark
LEAST_ALIKE = 0.9  # share of the mask in which two equal layouts agree
LARGEST_MASK = 1 << 24  # bytes
_KNOWN = known_network(FACESCAPE_LAYOUT)
OFFICIAL = f"the official one of {NAME} in {_KNOWN.page}"
WANTED = f"it should be {OFFICIAL}"
NO_FACE = (
    f"it has no {CORE}: put that file of facescape_bilinear_model_v1_3.zip from https://facescape.nju.edu.cn into it, "
    "or add FaceScape's bilinear model 1.6 to your library first"
)


def read(path: Path) -> tuple[FaceScapeLayout, Floats32 | None]:
    """The layout, and the surfaces (60, 1024, 1024) of the key expressions where the folder has them.

    Raises:
        LikenessError: a file is missing, damaged or another one; nothing in any has been run.
    """
    folder = folder_of(path)
    for name in (FACES, FRONT, LANDMARKS, MASK):
        if not (folder / name).is_file():
            raise LikenessError(f"{folder} has no {name}; {_KNOWN.expected}.")
    mask, landmarks = _mask(folder / MASK), _landmarks(folder / LANDMARKS)
    uv, triangles, triangles_uv = load_with(folder / FACES, _mesh, OFFICIAL)
    front = load_with(folder / FRONT, _whole_numbers, OFFICIAL)
    if front.max() >= len(triangles) or landmarks.max() >= VERTICES:
        raise LikenessError(f"{folder} has files that do not belong together; {_KNOWN.expected}.")
    layout = FaceScapeLayout(np.zeros((VERTICES, 3)), triangles, uv, triangles_uv, front, landmarks, mask)
    if (folder / CORE).is_file():
        layout = replace(layout, vertices=_mean_face(folder))
    elif FACESCAPE in available_models():
        layout = _of_later_model(layout, folder)
    else:
        raise LikenessError(f"{folder} cannot be used as it is, because {NO_FACE}.")
    return layout, _positions(folder / POSITIONS_MAP)


def _mesh(content: Any) -> tuple[Floats, Ints, Ints]:
    """Texture points, and triangles of vertices and of texture points, of a list of points and one of faces."""
    points, faces = content
    uv = np.array([_numbers(point, 2) for point in points], np.float64)
    triangles, triangles_uv = (np.array([_numbers(face[k], 3) for face in faces], np.int64) - 1 for k in (0, 2))
    low, high = min(triangles.min(), triangles_uv.min()), triangles.max()
    if low < 0 or high >= VERTICES or triangles_uv.max() >= len(uv) or not np.isfinite(uv).all():
        raise ValueError("places outside")
    return uv, triangles, triangles_uv


def _numbers(values: Any, count: int) -> list[float]:
    if not isinstance(values, list | tuple) or len(values) != count:
        raise ValueError(f"not {count} numbers")
    return [_number(value) for value in values]


def _number(value: Any) -> float:
    if type(value) not in (int, float):
        raise ValueError("no number")
    return value


def _whole_numbers(content: Any) -> Ints:
    numbers = np.array([_number(value) for value in content], np.float64)
    if not len(numbers) or numbers.min() < 0 or (numbers != np.floor(numbers)).any():
        raise ValueError("no list of places")
    return numbers.astype(np.int64)


def _landmarks(file: Path) -> Ints:
    try:
        lines = file.read_text(encoding="utf-8").split("\n")[: Ibug.COUNT]
        found = np.array([int(line.split()[0]) for line in lines])
    except (OSError, ValueError, IndexError) as error:
        raise LikenessError(f"{file} cannot be read as a list of places: {WANTED}.") from error
    if len(found) != Ibug.COUNT or found.min() < 0:
        raise LikenessError(f"{file} does not have {Ibug.COUNT} places: {WANTED}.")
    return found


def _mask(file: Path) -> Bools:
    """Where the picture is not white."""
    try:
        content = file.read_bytes()[: LARGEST_MASK + 1]
    except OSError as error:
        raise LikenessError(f"{file} cannot be read: {error.strerror or error}.") from error
    size = [int.from_bytes(content[k : k + 4], "big") for k in (16, 20)]  # of a PNG's header
    if content[:8] == b"\x89PNG\r\n\x1a\n" and size == [INPUT_SIDE] * 2 and len(content) <= LARGEST_MASK:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
        if image is not None and (image[..., 0] != 255).any():
            return image[..., 0] != 255
    raise LikenessError(f"{file} is no mask of {INPUT_SIDE} x {INPUT_SIDE} pixels: {WANTED}.")


def _mean_face(folder: Path) -> Floats:
    """(V, 3) metres, of the bilinear model of versions 1.0 to 1.3."""
    identity = load_array(folder / IDENTITY, OFFICIAL)
    try:
        core = np.load(folder / CORE, mmap_mode="r", allow_pickle=False)
    except Exception as error:
        raise LikenessError(f"{folder / CORE} is damaged or no array: {WANTED}.") from error
    if core.shape != (identity.size, 52, 3 * VERTICES) or core.dtype.kind != "f":
        raise LikenessError(
            f"{folder / CORE} has the shape {core.shape} instead of {(identity.size, 52, 3 * VERTICES)}: {WANTED}."
        )
    mean = (identity.ravel().astype(np.float64) @ core[:, 0]).reshape(VERTICES, 3) * MILLIMETRE
    height = float(np.ptp(mean[:, 1]))
    if not HEAD_HEIGHT[0] < height < HEAD_HEIGHT[1]:  # no number is not in it either
        raise LikenessError(f"{folder / CORE} has a mean face of {height:.3g} m height: {WANTED}.")
    return mean


def _of_later_model(earlier: FaceScapeLayout, folder: Path) -> FaceScapeLayout:
    """The layout on the mesh of the library's version 1.6. Raises `LikenessError` where that has another one."""
    model = load_model(FACESCAPE)
    triangles, triangles_uv = triangulate(model.faces), triangulate(model.faces_uv)
    uv, landmarks = np.asarray(model.uv, np.float64), np.asarray(model.landmarks68)
    corners = uv[triangles_uv]
    middles = corners.mean(axis=1)
    seen = covered(earlier.uv[earlier.triangles_uv[earlier.front]], INPUT_SIDE)
    shared = covered(corners, INPUT_SIDE) & seen
    inner = slice(Ibug.RIGHT_BROW.start, None)
    ours, theirs = (
        uv_of_vertices(corner, corner_uv, points, VERTICES)[ids][inner]
        for corner, corner_uv, points, ids in (
            (triangles, triangles_uv, uv, landmarks),
            (earlier.triangles, earlier.triangles_uv, earlier.uv, earlier.landmarks68),
        )
    )
    apart = np.linalg.norm(ours - theirs, axis=1)
    if np.median(apart) > LANDMARKS_APART or shared.sum() < LEAST_ALIKE * seen.sum():
        raise LikenessError(
            f"{folder} cannot be used as it is, because {NO_FACE.partition(', or')[0]} (the model 1.6 of your library "
            "has another texture layout)."
        )
    front = np.flatnonzero(inside(middles, seen) & (np.ptp(corners, axis=1).max(axis=1) < LONGEST))
    return FaceScapeLayout(
        np.asarray(model.mean, np.float64), triangles, uv, triangles_uv, front, landmarks, earlier.mask
    )


def _positions(file: Path) -> Floats32 | None:
    if not file.is_file():
        return None
    try:
        with zipfile.ZipFile(file) as archive:
            size = archive.getinfo("arr_0.npy").file_size
        if size > 8 * np.prod(POSITIONS) + 1024:
            raise ValueError("too large")
        with np.load(file, allow_pickle=False) as arrays:
            found: NDArray[Any] = arrays["arr_0"]
        if found.shape != POSITIONS or found.dtype.kind != "f" or not np.isfinite(found).all():
            raise ValueError(f"shape {found.shape}")
    except Exception as error:  # zip, zlib and NumPy each have their own for a damaged file
        raise LikenessError(f"{file} is damaged or another file: {WANTED}.") from error
    return found.astype(np.float32)
