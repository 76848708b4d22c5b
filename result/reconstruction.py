"""`Reconstruction`: the only thing that crosses from the engine to Blender, as a folder (docs/conventions.md).

numpy and the standard library only: Blender's own Python reads the folder with this module. A folder appears
all at once: it is written beside its final place and renamed, so a reader never sees half a result.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import LikenessError
from ..geometry.arrays import Floats, Ints
from ..version import VERSION

SCHEMA_VERSION = 1
FACE_FILE = "face.json"
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


def read_face(path: Path) -> dict[str, Any]:
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
