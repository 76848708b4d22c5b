"""ICT-FaceKit as its repository has it: a folder of OBJ files, or the zip that GitHub makes of it.

Nothing of a zip is ever written to the disk, and only members of known names are read, none of them far.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ....errors import LikenessError
from ....geometry.arrays import Floats
from ..archives import zip_names
from .facekit import EXPRESSIONS, LEAST_MOVE_CM, MODES, WHERE, FaceKit, check_mesh
from .obj import ObjMesh, has_faces, read_obj, read_vertices

FOLDER = "FaceXModel"
NEUTRAL = "generic_neutral_mesh.obj"
IDENTITIES = tuple(f"identity{k:03d}.obj" for k in range(MODES))
FILES = (NEUTRAL, *IDENTITIES, *(f"{name}.obj" for name in EXPRESSIONS))
LARGEST = 1 << 24  # bytes of one OBJ; the kit's have 2.6 MB
FARTHEST_CM = 20.0  # no shape moves a vertex by more; the farthest is 4.2 cm
_COMMIT = re.compile(rb"[0-9a-f]{40}")

Read = Callable[[str], bytes]


def model_folder(path: Path) -> Path | None:
    """The folder of the OBJ files where ``path`` is it, one of them, a clone, or a folder round a clone."""
    if path.name == NEUTRAL and path.is_file():
        return path.parent
    if path.is_dir():
        for folder in (path, path / FOLDER, *sorted(path.glob(f"*/{FOLDER}"))):
            if (folder / NEUTRAL).is_file():
                return folder
    return None


def zipped_folder(path: Path) -> str | None:
    """The folder of the OBJ files inside a zip, with a slash at its end; None where there is none."""
    return _member_folder(zip_names(path) or [])


def commit_of(path: Path) -> str:
    """The commit that a zip of GitHub's was made from, as its comment says; "" where it does not."""
    with zipfile.ZipFile(path) as archive:
        return archive.comment.decode("ascii") if _COMMIT.fullmatch(archive.comment) else ""


def read_folder(folder: Path) -> FaceKit:
    """The kit of the folder with the OBJ files. Raises `LikenessError`: one is absent, damaged or of another model."""

    def read(name: str) -> bytes:
        path = folder / name
        try:
            if path.stat().st_size > LARGEST:
                raise LikenessError(f"{path} is too large for a mesh of ICT-FaceKit; get it from {WHERE}.")
            return path.read_bytes()
        except FileNotFoundError as error:
            raise LikenessError(f"{name} is missing from {folder}; get it from {WHERE}.") from error
        except OSError as error:
            raise LikenessError(f"{path} cannot be read: {error.strerror or error}.") from error

    return _read_kit(read)


def read_zip(path: Path) -> FaceKit:
    """The kit of a zip of the repository. Raises `LikenessError`: no zip, or as with `read_folder`."""
    with _archive(path) as archive:
        folder = _member_folder(archive.namelist())
        if folder is None:
            raise LikenessError(f"{path} has no {FOLDER}/{NEUTRAL} in it; get the zip of {WHERE}.")

        def read(name: str) -> bytes:
            return _member(archive, folder + name, path)

        return _read_kit(read)


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise LikenessError(f"{path} is damaged or no zip file ({error}); get it from {WHERE}.") from error


def _member_folder(names: Sequence[str]) -> str | None:
    end = f"/{FOLDER}/{NEUTRAL}"
    found = [name for name in names if f"/{name}".endswith(end) or name == NEUTRAL]
    return min(found, key=len).removesuffix(NEUTRAL) if found else None


def _member(archive: zipfile.ZipFile, name: str, path: Path) -> bytes:
    try:
        member = archive.getinfo(name)
    except KeyError as error:
        raise LikenessError(f"{name} is missing from {path}; get it from {WHERE}.") from error
    with archive.open(member) as stream:  # its check of the CRC comes with the last byte
        data = stream.read(LARGEST + 1) if member.file_size <= LARGEST else b""
        if len(data) > LARGEST or member.file_size > LARGEST:
            raise LikenessError(f"{name} in {path} is too large for a mesh of ICT-FaceKit; get it from {WHERE}.")
        return data


def _read_kit(read: Read) -> FaceKit:
    neutral = read_obj(read(NEUTRAL), NEUTRAL)
    check_mesh(neutral.vertices, neutral.faces, neutral.uv, neutral.faces_uv, NEUTRAL)
    identity = [_delta(read, name, neutral) for name in IDENTITIES]
    expressions = [_delta(read, f"{name}.obj", neutral) for name in EXPRESSIONS]
    for field in expressions:
        field[np.linalg.norm(field, axis=1) < LEAST_MOVE_CM] = 0.0
    return FaceKit(
        neutral=neutral.vertices.astype(np.float32),
        faces=neutral.faces,
        uv=neutral.uv.astype(np.float32),
        faces_uv=neutral.faces_uv,
        identity=np.stack(identity),
        expressions=np.stack(expressions),
    )


def _delta(read: Read, name: str, neutral: ObjMesh) -> Floats:
    """(V, 3) float32, cm: what the shape of a file moves."""
    data = read(name)
    vertices = read_vertices(data, name)
    if len(vertices) != len(neutral.vertices) or not has_faces(data, neutral):
        raise LikenessError(f"{name} is damaged or of another model: its mesh is not that of {NEUTRAL}.")
    delta = vertices - neutral.vertices
    if np.abs(delta).max() > FARTHEST_CM:
        raise LikenessError(f"{name} is damaged or of another model: it moves a vertex by over {FARTHEST_CM:.0f} cm.")
    return delta.astype(np.float32)
