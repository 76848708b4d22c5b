"""``face.json``: what a `Reconstruction` holds beside its mesh and images, as text; ``face.schema.json`` describes it.

numpy and the standard library only: Blender's own Python uses this module.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import LikenessError
from ..version import VERSION
from .colouring import Colouring, colouring_of
from .file_names import FACE_FILE
from .json_schema import first_fault
from .reconstruction import Mesh, Reconstruction
from .wrinkles import wrinkles_of

SCHEMA_VERSION = 1
SCHEMA_FILE = Path(__file__).with_name("face.schema.json")


def face_text(reconstruction: Reconstruction) -> str:
    """The content of ``face.json``, in ASCII: names of files may hold bytes that only escapes carry over."""
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
    if r.appearance != Colouring():
        record["appearance"] = r.appearance.record()
    if r.photos:
        record["photos"] = r.photos
    if r.warnings:
        record["warnings"] = r.warnings
    if wrinkles := [group.record() for group in r.wrinkles if group.image in r.images]:
        record["wrinkles"] = wrinkles
    return json.dumps(record, indent=1, default=_plain)


def _plain(value: Any) -> Any:
    """numpy values as JSON knows them."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no place in {FACE_FILE}")


def read_face(path: Path) -> dict[str, Any]:
    """The content of a ``face.json`` that keeps to the schema. Raises `LikenessError` for any other file."""
    try:
        face = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise LikenessError(f"{path.parent} is not a Likeness result: it has no {path.name}.") from None
    except (OSError, ValueError, RecursionError) as error:
        raise LikenessError(f"{path} cannot be read ({getattr(error, 'strerror', None) or error}).") from error
    version = face.get("schema_version") if isinstance(face, dict) else None
    if version is None:
        raise LikenessError(f"{path} is not a Likeness result: it has no schema_version.")
    if version != SCHEMA_VERSION:
        writer = face.get("written_by", "an unknown version of Likeness")
        raise LikenessError(
            f"{path} was written by {writer} in result format {version}; this is Likeness {VERSION}, "
            f"which reads format {SCHEMA_VERSION}."
        )
    fault = first_fault(face, _schema())
    if fault:
        raise LikenessError(f"{path} is damaged ({fault}).")
    return face


@cache
def _schema() -> dict[str, Any]:
    return json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))


def assemble(face: dict[str, Any], mesh: Mesh, images: dict[str, Any]) -> Reconstruction:
    """Put what ``face.json`` holds, as `read_face` returns it, together with mesh and images."""
    width, height = face["camera"]["image_size"]
    return Reconstruction(
        model=face["model"],
        coefficients=face["coefficients"],
        intrinsics=np.array(face["camera"]["intrinsics"], np.float64),
        image_size=(width, height),
        rotation=np.array(face["pose"]["rotation"], np.float64),
        translation=np.array(face["pose"]["translation"], np.float64),
        lighting=np.array(face["lighting"], np.float64),
        landmarks=face["landmarks"],
        timings=face["timings"],
        provenance=face["provenance"],
        mesh=mesh,
        images=images,
        photos=face.get("photos", []),
        appearance=colouring_of(face.get("appearance", {})),
        warnings=face.get("warnings", []),
        wrinkles=wrinkles_of(face.get("wrinkles", [])),
    )
