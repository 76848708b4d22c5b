"""``face.json``: what a `Reconstruction` holds beside its mesh and images, as text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import LikenessError
from ..geometry.arrays import Floats
from ..version import VERSION
from .reconstruction import Mesh, Reconstruction

SCHEMA_VERSION = 1
FACE_FILE = "face.json"


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
