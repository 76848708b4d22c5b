"""`Reconstruction`: the only thing that crosses from the engine to Blender, as a folder (docs/conventions.md).

numpy and the standard library only: Blender's own Python reads the folder with this module. A folder appears
all at once: it is written beside its final place and renamed, so a reader never sees half a result.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import LikenessError
from ..geometry.arrays import Floats, Ints
from ..version import VERSION
from .file_names import FACE_FILE

SCHEMA_VERSION = 1
MESH_FILE = "mesh.npz"
PHOTO_IMAGE = "photo.png"
ALBEDO_IMAGE = "albedo.png"
DISPLACEMENT_IMAGE = "displacement.exr"
NORMAL_IMAGE = "normal.png"
CONFIDENCE_IMAGE = "confidence.png"
IMAGE_FILES = (PHOTO_IMAGE, ALBEDO_IMAGE, DISPLACEMENT_IMAGE, NORMAL_IMAGE, CONFIDENCE_IMAGE)

OTHER_FILES = ("deep3d.mat", "deep3d.obj")  # what Deep3D's own code writes of a face; on request


@dataclass(frozen=True)
class Mesh:
    """The content of ``mesh.npz``. N vertices, F faces, U texture points, K keys, J joints, P parts."""

    vertices: Floats  # (N, 3) metres, the neutral identity
    faces: Ints  # (F, 4) int32, -1 in the last column for a triangle
    uv: Floats  # (U, 2)
    faces_uv: Ints  # (F, 4)
    shape_key_names: tuple[str, ...]  # (K,)
    shape_key_deltas: Floats  # (K, N, 3) metres per unit
    shape_key_ranges: Floats  # (K, 2)
    expression: Floats  # (K,) the photo's values: its face is vertices + expression . shape_key_deltas
    landmarks68: Ints  # (68,) vertex ids
    joint_names: tuple[str, ...]  # (J,)
    joint_parents: Ints  # (J,)
    joint_positions: Floats  # (J, 3) metres, for the neutral identity
    skin_weights: Floats  # (N, J)
    parts: Ints  # (F,) index into part_names
    part_names: tuple[str, ...]  # (P,)


@dataclass(frozen=True)
class Reconstruction:
    """One reconstructed face: ``face.json`` and ``mesh.npz``; the images stay files in ``folder``."""

    model: dict[str, str]  # id, source, licence
    coefficients: dict[str, list[float]]  # identity, expression, albedo
    intrinsics: Floats  # (3, 3) pixels
    image_size: tuple[int, int]  # width, height
    rotation: Floats  # (3, 3), OpenCV: x_cam = R x + t
    translation: Floats  # (3,) metres
    lighting: Floats  # (9, 3) linear RGB shading coefficients, view frame
    landmarks: dict[str, Any]  # detector, ibug68 [[x, y]...], dense [[x, y]...], uncertainty
    timings: dict[str, float]  # seconds per stage
    provenance: dict[str, str]  # what each number comes from
    mesh: Mesh
    images: dict[str, Any] = field(default_factory=dict)  # file name -> array when written, Path when read
    files: dict[str, bytes] = field(default_factory=dict)  # of `OTHER_FILES`, written beside; not read back
    photos: list[dict[str, Any]] = field(default_factory=list)  # of a set, the main one first: name, index, pose, ...


ImageWriter = Callable[[Path, np.ndarray], None]


def _encode(path: Path, image: np.ndarray) -> None:
    from .image_files import write_image  # needs the image libraries, which Blender does not have

    write_image(path, image)


def check_target(folder: Path) -> None:
    """Raise `LikenessError` where a result must not be written: over a file, or among what is no result."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise LikenessError(f"{folder} is a file; choose another name for the result folder.")
    if any(folder.iterdir()) and not (folder / FACE_FILE).exists():
        raise LikenessError(f"{folder} holds other files and no Likeness result; choose another folder.")


def write_reconstruction(reconstruction: Reconstruction, folder: Path, write_image: ImageWriter = _encode) -> None:
    """Write the result folder, replacing an old result only when the new one is complete.

    Args:
        folder: where the result appears; files in it that are not part of a result are kept.
        write_image: encodes an array into a file; images that are paths are copied without it.

    Raises:
        LikenessError: the folder is something else than a result, or cannot be written.
    """
    folder = Path(folder).absolute()
    check_target(folder)
    fresh = folder.with_name(f".{uuid.uuid4().hex}.part")
    try:
        fresh.mkdir(parents=True)
        _write_files(reconstruction, fresh, write_image)
        _replace(folder, fresh)
    except OSError as error:
        raise LikenessError(f"The result cannot be written to {folder}: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def read_reconstruction(folder: Path) -> Reconstruction:
    """Read a result by its folder or its ``face.json``; images become paths. Raises `LikenessError` if unreadable."""
    folder = Path(folder)
    if folder.name == FACE_FILE:
        folder = folder.parent
    face = _read_face(folder / FACE_FILE)
    mesh = _read_mesh(folder / MESH_FILE)
    try:
        return assemble(face, mesh, {name: folder / name for name in IMAGE_FILES if (folder / name).is_file()})
    except (KeyError, TypeError, ValueError) as error:
        raise LikenessError(f"{folder / FACE_FILE} is damaged ({error}).") from error


def _write_files(reconstruction: Reconstruction, folder: Path, write_image: ImageWriter) -> None:
    for name, image in reconstruction.images.items():
        if isinstance(image, Path):
            shutil.copyfile(image, folder / name)
        else:
            write_image(folder / name, image)
    for name, content in reconstruction.files.items():
        (folder / name).write_bytes(content)
    arrays = {f.name: np.asarray(getattr(reconstruction.mesh, f.name)) for f in fields(Mesh)}
    # Single precision is a nanometre on a head; half the file.
    compact = {name: a.astype(np.float32) if a.dtype == np.float64 else a for name, a in arrays.items()}
    np.savez_compressed(folder / MESH_FILE, **compact)  # pyright: ignore[reportArgumentType]
    (folder / FACE_FILE).write_text(face_text(reconstruction), encoding="utf-8")


def face_text(reconstruction: Reconstruction) -> str:
    """The content of ``face.json``."""
    r = reconstruction
    record = {
        "schema_version": SCHEMA_VERSION,
        "written_by": f"Likeness {VERSION}",
        "model": r.model,
        "coefficients": r.coefficients,
        "camera": {"intrinsics": r.intrinsics, "image_size": r.image_size},
        "pose": {"rotation": r.rotation, "translation": r.translation},
        "lighting": r.lighting,
        "landmarks": r.landmarks,
        "timings": r.timings,
        "provenance": r.provenance,
    }
    if r.photos:
        record["photos"] = r.photos
    return json.dumps(record, indent=1, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    """numpy values as JSON knows them."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no place in {FACE_FILE}")


def _replace(folder: Path, fresh: Path) -> None:
    """Put ``fresh`` in the place of ``folder``; if that fails the old folder is back where it was."""
    if not folder.exists():
        fresh.rename(folder)
        return
    old = folder.with_name(f".{uuid.uuid4().hex}.old")
    folder.rename(old)
    try:
        fresh.rename(folder)
    except BaseException:  # an interrupt too
        old.rename(folder)
        raise
    for path in old.iterdir():
        if path.name not in (FACE_FILE, MESH_FILE, *IMAGE_FILES, *OTHER_FILES):
            path.rename(folder / path.name)
    shutil.rmtree(old, ignore_errors=True)


def _read_face(path: Path) -> dict[str, Any]:
    try:
        face = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LikenessError(f"{path.parent} is not a Likeness result: it has no {path.name}.") from None
    except (OSError, ValueError) as error:
        raise LikenessError(f"{path} cannot be read ({error}).") from error
    version = face.get("schema_version") if isinstance(face, dict) else None
    if version is None:
        raise LikenessError(f"{path} is not a Likeness result: it has no schema_version.")
    if version != SCHEMA_VERSION:
        writer = face.get("written_by", "an unknown version of Likeness")
        raise LikenessError(
            f"{path} was written by {writer} in result format {version}; this is Likeness {VERSION}, "
            f"which reads format {SCHEMA_VERSION}."
        )
    return face


def _read_mesh(path: Path) -> Mesh:
    try:
        with np.load(path, allow_pickle=False) as archive:
            values: dict[str, Any] = {f.name: archive[f.name] for f in fields(Mesh)}
        for name in ("shape_key_names", "joint_names", "part_names"):
            values[name] = tuple(str(item) for item in values[name])
        mesh = Mesh(**values)
        _check_mesh(mesh)
        return mesh
    except FileNotFoundError:
        raise LikenessError(f"{path.parent} is not a complete Likeness result: it has no {path.name}.") from None
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


def assemble(face: dict[str, Any], mesh: Mesh, images: dict[str, Any]) -> Reconstruction:
    """Put what ``face.json`` holds together with mesh and images. Raises `KeyError`, `TypeError` or `ValueError`."""
    width, height = (int(side) for side in face["camera"]["image_size"])
    return Reconstruction(
        model=face["model"],
        coefficients=face["coefficients"],
        intrinsics=_numbers(face["camera"]["intrinsics"], (3, 3)),
        image_size=(width, height),
        rotation=_numbers(face["pose"]["rotation"], (3, 3)),
        translation=_numbers(face["pose"]["translation"], (3,)),
        lighting=_numbers(face["lighting"], (9, 3)),
        landmarks=face["landmarks"],
        timings=face["timings"],
        provenance=face["provenance"],
        mesh=mesh,
        images=images,
        photos=[_photo(photo) for photo in face.get("photos", [])],
    )


def _photo(record: dict[str, Any]) -> dict[str, Any]:
    """One of a set's photos, with what others rely on checked."""
    if not isinstance(record["name"], str):
        raise TypeError("a photo without a name")
    if not isinstance(record.get("index", 0), int):  # older folders have none
        raise TypeError("a photo's index that is no whole number")
    _numbers(record["pose"]["rotation"], (3, 3))
    _numbers(record["pose"]["translation"], (3,))
    return record


def _numbers(values: Any, shape: tuple[int, ...]) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError(f"expected {shape} finite numbers, found {array.shape}")
    return array
