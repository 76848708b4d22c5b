"""``likeness doctor``: what is installed, and which devices can really compute."""

from __future__ import annotations

import importlib
import importlib.util
import os
import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from ..libraries import FACE_FINDER, NEEDED, OPTIONAL, PREDICTOR_VARIABLE, TORCH, Library
from ..result.choices import AUTO, DEVICES
from ..result.file_names import BLEND_FILE, GLB_FILE
from ..version import VERSION

BLENDER = Library("bpy", "bpy", "Blender", only_for=f"{BLEND_FILE} and {GLB_FILE}")
COMPUTING = tuple(device for device in DEVICES if device != AUTO)
NO_FACE_FINDER = (
    "There is no face finder: photos need mediapipe 0.10.21, or dlib with the 68-point file that "
    f"{PREDICTOR_VARIABLE} names; nothing else does."
)
DLIB_FINDS = f"dlib finds the faces, with the file that {PREDICTOR_VARIABLE} names."


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    name: str  # of a program, a library or a device
    text: str  # its version, or what it does
    missing: bool = False  # Likeness needs it, and it does not work


def print_report() -> int:
    """Print the report; returns 0, or 1 where something that Likeness needs does not work."""
    missing = []
    for finding in findings((*OPTIONAL, BLENDER)):
        print(f"{finding.name:<12}{finding.text}", flush=True)
        missing += [finding.name] if finding.missing else []
    if FACE_FINDER.package in missing and _dlib_finds_faces():
        missing.remove(FACE_FINDER.package)
        print(DLIB_FINDS)
    if FACE_FINDER.package in missing:
        print(NO_FACE_FINDER)
    if needed := [name for name in missing if name != FACE_FINDER.package]:
        print(f"Likeness cannot work without {', '.join(needed)}.")
    return 1 if missing else 0


def findings(optional: Sequence[Library]) -> Iterator[Finding]:
    """Likeness, Python, the libraries and, with torch, the devices, each tried only when it is asked for."""
    yield Finding("Likeness", f"{VERSION}  ({Path(__file__).parents[1]})")
    yield Finding("Python", f"{platform.python_version()}  ({platform.platform()})")
    torch_works = True
    for library in (*NEEDED, *optional):
        finding = _tried(library)
        torch_works = torch_works and not (finding.missing and library is TORCH)
        yield finding
    if torch_works:
        yield from (Finding(device, probe(device)) for device in COMPUTING)


def probe(device: str) -> str:
    """One sentence on a small computation on a torch device."""
    from .device import fault

    started = time.perf_counter()
    reason = fault(device)
    return f"not usable ({reason})" if reason else f"works ({(time.perf_counter() - started) * 1e3:.1f} ms)"


def _dlib_finds_faces() -> bool:
    predictor = os.environ.get(PREDICTOR_VARIABLE)
    return bool(predictor) and Path(str(predictor)).is_file() and importlib.util.find_spec("dlib") is not None


def _tried(library: Library) -> Finding:
    """Imports it, because an installed library may still not load."""
    name = library.module.partition(".")[0]
    try:
        loaded = importlib.import_module(library.module)
    except ModuleNotFoundError as error:
        if library.only_for and error.name == name:
            return Finding(name, f"not installed; only {library.only_for} need it (pip install {library.package})")
        return _unusable(name, library, error)
    except Exception as error:  # a broken binary library fails in many ways
        return _unusable(name, library, error)
    return Finding(name, _version(loaded, library.package))


def _unusable(name: str, library: Library, error: Exception) -> Finding:
    reason = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
    return Finding(name, f"not usable ({reason})", missing=library in NEEDED)


def _version(module: object, package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:  # the same module under another package's name
        return str(getattr(module, "__version__", "installed"))
