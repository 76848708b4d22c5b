"""``likeness doctor``: what is installed, and which devices can really compute."""

from __future__ import annotations

import importlib
import platform
import time
from importlib import metadata
from pathlib import Path

from .version import VERSION

# Module to import -> whose version to print; imports are tried, because an installed library may still not load.
LIBRARIES = {
    "numpy": "numpy",
    "scipy": "scipy",
    "torch": "torch",
    "cv2": "opencv-contrib-python",
    "mediapipe": "mediapipe",
    "PIL": "pillow",
    "OpenEXR": "OpenEXR",
}
OPTIONAL_LIBRARIES = {"dlib": "dlib-bin", "bpy": "bpy"}


def print_report() -> int:
    """Print the report; returns 0, or 1 where something that Likeness needs does not work."""
    print(f"{'Likeness':<12}{VERSION}  ({Path(__file__).parent})")
    print(f"{'Python':<12}{platform.python_version()}  ({platform.platform()})")
    missing = [module for module, package in LIBRARIES.items() if not _print_library(module, package)]
    for module, package in OPTIONAL_LIBRARIES.items():
        _print_library(module, package)
    if "torch" not in missing:
        for device in ("cpu", "cuda", "mps"):
            print(f"{device:<12}{probe(device)}")
    if missing:
        print(f"Likeness cannot work without {', '.join(missing)}.")
    return 1 if missing else 0


def probe(device: str) -> str:
    """One sentence on a small computation on a torch device."""
    from .inference.device import fault

    started = time.perf_counter()
    reason = fault(device)
    return f"not usable ({reason})" if reason else f"works ({(time.perf_counter() - started) * 1e3:.1f} ms)"


def _print_library(module: str, package: str) -> bool:
    try:
        loaded = importlib.import_module(module)
    except Exception as error:  # a broken binary library fails in many ways
        print(f"{module:<12}not usable ({type(error).__name__}: {str(error).splitlines()[0]})")
        return False
    print(f"{module:<12}{_version(loaded, package)}")
    return True


def _version(module: object, package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:  # the same module under another package's name
        return str(getattr(module, "__version__", "installed"))
