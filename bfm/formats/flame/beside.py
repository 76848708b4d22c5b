"""What may lie beside FLAME's model file: a texture layout and the 68 landmarks."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ....errors import LikenessError
from ....geometry.arrays import Floats, Ints
from ..restricted_pickle import load_arrays

TEXTURE, TEMPLATE, LANDMARKS = "FLAME_texture.npz", "head_template.obj", "flame_static_embedding_68.pkl"


def beside(model: Path) -> list[Path]:
    """The files beside the model that are used: one layout at most, and the landmarks."""
    layouts = [model.with_name(name) for name in (TEXTURE, TEMPLATE) if model.with_name(name).is_file()]
    landmarks = model.with_name(LANDMARKS)
    return layouts[:1] + ([landmarks] if landmarks.is_file() else [])


def texture_layout(model: Path, faces: Ints) -> tuple[Floats, Ints] | None:
    """UVs (U, 2) and their triangles (F, 3) in the order of ``faces``; None where no file has them.

    Raises:
        LikenessError: there is one and it is damaged or of another mesh.
    """
    found = [path for path in beside(model) if path.name in (TEXTURE, TEMPLATE)]
    if not found:
        return None
    uv, triangles = _from_npz(found[0]) if found[0].name == TEXTURE else _from_obj(found[0])
    if (
        (uv.ndim, uv.shape[1:], triangles.shape) != (2, (2,), faces.shape)
        or not np.isfinite(uv).all()
        or triangles.min() < 0
        or triangles.max() >= len(uv)
    ):
        raise LikenessError(
            f"{found[0]} is no layout of this FLAME mesh: take it from the same download, or remove it."
        )
    return np.clip(uv, 0, 1), triangles


def embedding_landmarks(model: Path, faces: Ints) -> Ints | None:
    """The vertices (68,) nearest to FLAME's own landmarks; None where their file is not there.

    Raises:
        LikenessError: it is there and damaged, or of another mesh.
    """
    path = model.with_name(LANDMARKS)
    if not path.is_file():
        return None
    wanted = "the file of https://github.com/TimoBolkart/TF_FLAME, or not beside the model"
    arrays = load_arrays(path, ("lmk_face_idx", "lmk_b_coords"), wanted)
    face, weights = arrays.get("lmk_face_idx"), arrays.get("lmk_b_coords")
    if (
        face is None
        or weights is None
        or face.shape != (68,)
        or weights.shape != (68, 3)
        or face.dtype.kind not in "iu"
    ):
        raise LikenessError(f"{path} has no 68 landmarks: it should be {wanted}.")
    if not ((face >= 0) & (face < len(faces))).all():
        raise LikenessError(f"{path} names triangles that the model does not have: it should be {wanted}.")
    return faces[face, np.nan_to_num(weights).argmax(axis=1)].astype(np.int32)


def _from_npz(path: Path) -> tuple[Floats, Ints]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            return archive["vt"].astype(np.float64), archive["ft"].astype(np.int64)
    except Exception as error:  # zip, zlib and NumPy each have their own for a damaged file
        raise LikenessError(f"{path} has no readable arrays 'vt' and 'ft': download it again, or remove it.") from error


def _from_obj(path: Path) -> tuple[Floats, Ints]:
    try:
        lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
        uv = np.array([[float(value) for value in line[1:3]] for line in lines if line[:1] == ["vt"]])
        corners = [[int(corner.split("/")[1]) - 1 for corner in line[1:4]] for line in lines if line[:1] == ["f"]]
        return uv, np.array(corners)
    except (OSError, ValueError, IndexError) as error:
        raise LikenessError(f"{path} is no OBJ file with texture points: download it again, or remove it.") from error
