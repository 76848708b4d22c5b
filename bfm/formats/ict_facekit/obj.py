"""Wavefront OBJ as ICT-FaceKit writes it: ``v x y z``, ``vt u v``, ``f v/vt v/vt v/vt [v/vt]``, numbered from 1."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

import numpy as np

from ....errors import LikenessError
from ....geometry.arrays import Floats, Ints

_VERTEX, _TEXTURE, _FACE = (re.compile(rb"^%s[ \t]+([^\r\n]*)" % key, re.MULTILINE) for key in (b"v", b"vt", b"f"))


@dataclass(frozen=True, eq=False)
class ObjMesh:
    """A mesh as its file has it."""

    vertices: Floats  # (V, 3)
    uv: Floats  # (U, 2)
    faces: Ints  # (F, 4), -1 last for a triangle
    faces_uv: Ints  # (F, 4)
    face_text: bytes  # what `has_faces` compares


def read_obj(data: bytes, place: str) -> ObjMesh:
    """The mesh of an OBJ file's bytes. Raises `LikenessError`, naming ``place``, where they are none."""
    vertices = read_vertices(data, place)
    uv = _numbers(_TEXTURE.findall(data), 2, place)
    text = _face_text(data)
    try:
        rows = [[corner.split(b"/") for corner in line.split()] for line in text.splitlines()]
        corners = np.full((2, len(rows), 4), -1, np.int64)
        for i, row in enumerate(rows):
            if len(row) not in (3, 4):
                raise ValueError(f"face {i + 1} has {len(row)} corners")
            for j, corner in enumerate(row):
                corners[:, i, j] = int(corner[0]) - 1, int(corner[1]) - 1
    except (ValueError, IndexError, OverflowError) as error:
        raise LikenessError(f"{place} is damaged: a face cannot be read ({error}).") from error
    for ids, count in zip(corners, (len(vertices), len(uv)), strict=True):
        if ids.size and (ids.max() >= count or ids[:, :3].min() < 0 or ids.min() < -1):
            raise LikenessError(f"{place} is damaged: its faces point at vertices that it does not have.")
    faces, faces_uv = corners.astype(np.int32)
    return ObjMesh(vertices, uv, faces, faces_uv, text)


def read_vertices(data: bytes, place: str) -> Floats:
    """The vertices (V, 3) alone. Raises `LikenessError` where they are no finite numbers."""
    return _numbers(_VERTEX.findall(data), 3, place)


def has_faces(data: bytes, mesh: ObjMesh) -> bool:
    """Does the file with these bytes have the mesh's faces, in its order?"""
    return _face_text(data) == mesh.face_text


def _face_text(data: bytes) -> bytes:
    return b"\n".join(line.rstrip() for line in _FACE.findall(data))


def _numbers(lines: list[bytes], width: int, place: str) -> Floats:
    """(N, width) float64. All lines go through one call of NumPy: a kit has 12 million numbers."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # NumPy only warns of text that is no number
            values = np.fromstring(b" ".join(lines), dtype=np.float64, sep=" ")
    except (ValueError, DeprecationWarning) as error:
        raise LikenessError(f"{place} is damaged: a coordinate is not a number.") from error
    if values.size != width * len(lines) or not np.isfinite(values).all():
        raise LikenessError(f"{place} is damaged: a line has not the {width} numbers that it should have.")
    return values.reshape(-1, width)
