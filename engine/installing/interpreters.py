"""Finding a Python on this computer that an environment for the engine can be made of. Standard library only."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ...errors import LikenessError
from .environment import START_TIMEOUT_S, dotted, run_python

# The versions that every package of the lock lists has a wheel for, the one best tried first. It is MediaPipe, the
# finder of faces, that has none for Python 3.13.
LOCKED = ((3, 11), (3, 12))
WRONG_KIND = "The engine's libraries are not made for this kind of computer ({})."
_MARK = "likeness-python:"
_DESCRIBE = f"""
import importlib.util, json, platform, sys, sysconfig
kind = sysconfig.get_platform()
print({_MARK!r} + json.dumps({{
    "version": sys.version_info[:2],
    "kind": kind,
    "suits": kind in ("linux-x86_64", "win-amd64") or (sys.platform == "darwin" and platform.machine() == "arm64"),
    "makes_environments": all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")),
}}))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python that could be the base of the engine's environment."""

    path: Path
    version: tuple[int, ...]  # major and minor
    kind: str  # of computer, as Python names it
    suits: bool  # the lock lists have packages for this kind
    makes_environments: bool  # by itself, with pip


def find_interpreter(with_uv: bool) -> Interpreter | None:
    """The first suitable Python of this computer, if there is any.

    Args:
        with_uv: uv is at hand, which makes environments itself. Without, one that makes them comes before those that
            do not.

    Raises:
        LikenessError: all there are of the right version are for another kind of computer than the packages.
    """
    without_venv, wrong_kind = None, None
    for path in _without_repeats(candidates()):
        found = describe(path)
        if found is None or found.version not in LOCKED:
            continue
        if not found.suits:
            wrong_kind = found
        elif not (with_uv or found.makes_environments):
            without_venv = without_venv or found
        else:
            return found
    if without_venv is None and wrong_kind is not None:
        raise LikenessError(WRONG_KIND.format(wrong_kind.kind))
    return without_venv


def locked_versions() -> str:
    """The versions of Python that the packages are made for, for a sentence."""
    return " or ".join(map(dotted, LOCKED))


def describe(path: Path) -> Interpreter | None:
    """What a Python says of itself; None where it is none."""
    try:
        values = json.loads(run_python(path, _DESCRIBE, timeout=START_TIMEOUT_S).rpartition(_MARK)[2])
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return Interpreter(path=path, **{**values, "version": tuple(values["version"])})


def candidates() -> Iterator[Path]:
    """Where a Python may be, the likeliest first: Blender's own, the search path, the usual places."""
    # Some builds of Blender give Blender itself, which must not be started.
    if Path(sys.executable).stem.lower().startswith("python"):
        yield Path(sys.executable)
    for version in LOCKED:
        yield from _found(f"python{dotted(version)}")
        yield from _usual_places(version)
    yield from _found("python3", "python")
    if os.name == "nt":
        yield from _from_windows_launcher()


def _found(*names: str) -> Iterator[Path]:
    return (Path(found) for name in names if (found := shutil.which(name)))


def _usual_places(version: tuple[int, ...]) -> Iterator[Path]:
    """Blender started from a desktop often has a short search path; the places of installers, pyenv, uv and conda."""
    dots, home = dotted(version), Path.home()
    if os.name == "nt":
        local, roaming = (Path(os.environ.get(name, home)) for name in ("LOCALAPPDATA", "APPDATA"))
        yield local / "Programs" / "Python" / f"Python{dots.replace('.', '')}" / "python.exe"
        yield from (home / ".pyenv" / "pyenv-win" / "versions").glob(f"{dots}.*/python.exe")
        yield from (roaming / "uv" / "python").glob(f"cpython-{dots}.*/python.exe")
        yield from (home / name / "python.exe" for name in ("miniconda3", "miniforge3", "anaconda3"))
        return
    for folder in ("/opt/homebrew/bin", "/usr/local/bin", "/usr/bin"):
        yield Path(folder, f"python{dots}")
    yield Path("/Library/Frameworks/Python.framework/Versions", dots, "bin", f"python{dots}")
    yield from (home / ".pyenv" / "versions").glob(f"{dots}.*/bin/python")
    yield from (home / ".local" / "share" / "uv" / "python").glob(f"cpython-{dots}.*/bin/python3")
    yield from (home / name / "bin" / "python" for name in ("miniconda3", "miniforge3", "anaconda3"))


def _from_windows_launcher() -> Iterator[Path]:
    r"""What Windows' launcher knows; a line of it is like `` -V:3.11 *  C:\Python311\python.exe``."""
    launcher = shutil.which("py")
    if launcher is None:
        return
    try:
        listing = subprocess.run([launcher, "-0p"], capture_output=True, timeout=START_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return
    for line in listing.stdout.decode("utf-8", "replace").splitlines():
        path = line.removeprefix(line.split("  ")[0]).strip(" *")
        if path.lower().endswith("python.exe"):
            yield Path(path)


def _without_repeats(paths: Iterable[Path]) -> Iterator[Path]:
    seen = set[Path]()
    for path in paths:
        if path not in seen and path.is_file():
            seen.add(path)
            yield path
