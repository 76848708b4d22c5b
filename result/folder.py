"""The folder of a `Reconstruction`: written and read.

numpy and the standard library only: Blender's own Python reads the folder with this module. A folder is filled by way
of `fresh_result`, so a reader never sees half a result.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import LikenessError
from ..geometry.cage import cage_of
from .face_file import assemble, face_text, read_face
from .file_names import FACE_FILE, MESH_FILE
from .fresh_result import disk_faults, fresh_result
from .reconstruction import IMAGE_FILES, Mesh, Reconstruction

MESH_ARRAYS = tuple(f.name for f in fields(Mesh) if f.name != "cage")  # every mesh has these

ImageWriter = Callable[[Path, np.ndarray], None]


def _encode(path: Path, image: np.ndarray) -> None:
    from .image_files import write_image  # needs the image libraries, which Blender does not have

    write_image(path, image)


def write_reconstruction(
    reconstruction: Reconstruction, folder: Path | str, write_image: ImageWriter = _encode
) -> None:
    """Write the result folder, replacing an old result only when the new one is complete.

    Args:
        folder: where the result appears; files in it that are not part of a result are kept.
        write_image: encodes an array into a file; images that are paths are copied without it.

    Raises:
        LikenessError: the folder is something else than a result, or cannot be written.
    """
    with fresh_result(Path(folder)) as fresh:
        write_files(reconstruction, fresh.folder, write_image)


def read_reconstruction(folder: Path | str) -> Reconstruction:
    """Read a result that was written to a folder.

    Args:
        folder: the folder or the ``face.json`` in it.

    Returns:
        The reconstruction; its images are the paths of their files.

    Raises:
        LikenessError: this is no result, or it is damaged, incomplete or of another format.

    Example:
        >>> import likeness
        >>> face = likeness.read_reconstruction("out")
        >>> face.mesh.shape_key_deltas.shape == (len(face.mesh.shape_key_names), *face.mesh.vertices.shape)
        True
        >>> {"albedo.png", "confidence.png", "displacement.exr", "normal.png", "photo.png"} <= set(face.images)
        True
    """
    folder = Path(folder)
    if folder.name == FACE_FILE:
        folder = folder.parent
    face = read_face(folder / FACE_FILE)
    mesh = _read_mesh(folder / MESH_FILE)
    read = assemble(face, mesh, {name: folder / name for name in IMAGE_FILES if (folder / name).is_file()})
    if missing := sorted({group.image for group in read.wrinkles} - read.images.keys()):
        raise LikenessError(_lacks(folder / missing[0]))
    return read


def _lacks(file: Path) -> str:
    return f"{file.parent} is not a complete Likeness result: it has no {file.name}."


def write_files(reconstruction: Reconstruction, folder: Path, write_image: ImageWriter = _encode) -> None:
    """Write the files of a result into an empty folder, such as `fresh_result` gives. Raises `LikenessError`."""
    with disk_faults(folder):
        for name, image in reconstruction.images.items():
            if isinstance(image, Path):
                shutil.copyfile(image, folder / name)
            else:
                write_image(folder / name, image)
        for name, content in reconstruction.files.items():
            (folder / name).write_bytes(content)
        _write_mesh(reconstruction.mesh, folder / MESH_FILE)
        (folder / FACE_FILE).write_text(face_text(reconstruction), encoding="utf-8")


def _write_mesh(mesh: Mesh, path: Path) -> None:
    arrays = {name: np.asarray(getattr(mesh, name)) for name in MESH_ARRAYS}
    arrays |= mesh.cage.arrays() if mesh.cage is not None else {}
    # Single precision is a nanometre on a head; half the file.
    compact = {name: a.astype(np.float32) if a.dtype == np.float64 else a for name, a in arrays.items()}
    _write_arrays(path, compact)


def _write_arrays(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """What `numpy.savez_compressed` writes, in less than half the time and a twelfth larger."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)


def _read_mesh(path: Path) -> Mesh:
    try:
        with np.load(path, allow_pickle=False) as archive:
            values: dict[str, Any] = {name: archive[name] for name in MESH_ARRAYS}
            values["cage"] = cage_of(archive)
        for name in ("shape_key_names", "joint_names", "part_names"):
            values[name] = tuple(str(item) for item in values[name])
        mesh = Mesh(**values)
        _check_mesh(mesh)
        return mesh
    except FileNotFoundError:
        raise LikenessError(_lacks(path)) from None
    except Exception as error:  # a damaged archive raises whatever its damage leads zipfile and numpy into
        raise LikenessError(f"{path} is damaged ({error}).") from error


def _check_mesh(mesh: Mesh) -> None:
    n, f, k, j = len(mesh.vertices), len(mesh.faces), len(mesh.shape_key_names), len(mesh.joint_names)
    expected = {
        "vertices": (n, 3),
        "faces": (f, 4),
        "uv": (len(mesh.uv), 2),
        "faces_uv": (f, 4),
        "shape_key_deltas": (k, n, 3),
        "shape_key_ranges": (k, 2),
        "expression": (k,),
        "landmarks68": (68,),
        "joint_parents": (j,),
        "joint_positions": (j, 3),
        "skin_weights": (n, j),
        "parts": (f,),
    }
    for name, shape in expected.items():
        array = getattr(mesh, name)
        if array.shape != shape:
            raise ValueError(f"{name} has shape {array.shape}, expected {shape}")
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"{name} holds numbers that are not finite")
    limits = {"faces": n, "faces_uv": len(mesh.uv), "landmarks68": n, "parts": len(mesh.part_names)}
    for name, limit in limits.items():
        array = getattr(mesh, name)
        if array.size and (array.max() >= limit or array.min() < -1):
            raise ValueError(f"{name} points outside its table")
    if mesh.cage is not None:
        mesh.cage.check_mesh(n, f, len(mesh.uv))
