"""An environment of the engine on disk: which Python it holds, whether that can do the work, how big it is.

Standard library only. Everything that starts a process says so and is no matter for drawing a panel.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from ...libraries import NEEDED
from ..programs import clean_environment, creation_flags

# What mediapipe 0.10.21 has wheels for: an engine for Blender must find faces.
SUPPORTED = ((3, 10), (3, 11), (3, 12))
# Name of the import -> what a user knows the library by.
LIBRARIES = {library.module: library.name for library in NEEDED}
# A cold disk takes a minute to import all of this, a virus scanner two.
CHECK_TIMEOUT_S = 180.0
START_TIMEOUT_S = 20.0
RECORD = "likeness-engine.json"
TRASH = "likeness-trash-"
PATIENCE_S = 3.0
_MARK = "likeness-check:"
_CHECK = f"""
import importlib, json, sys
broken = {{}}
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except BaseException as error:
        absent = isinstance(error, ModuleNotFoundError) and f"{{name}}.".startswith(f"{{error.name}}.")
        broken[name] = "" if absent else str(error).strip().split("\\n")[0] or type(error).__name__
print("\\n" + {_MARK!r} + json.dumps({{"version": sys.version_info[:2], "broken": broken}}))
"""


def interpreter_in(path: Path) -> Path:
    """The Python that a path stands for: the file itself, or that of a virtual or conda environment's folder."""
    names = ("Scripts/python.exe", "python.exe") if os.name == "nt" else ("bin/python3", "bin/python")
    return next((path / name for name in names if (path / name).is_file()), path)


def installed_interpreter(folder: Path) -> Path | None:
    """The Python of the environment that was installed into ``folder``; None where there is none that could run."""
    found = interpreter_in(folder)
    return found if found != folder and os.access(found, os.X_OK) else None


@dataclass(frozen=True)
class Installed:
    """What is known of an installed environment without looking through it."""

    interpreter: Path
    build: str  # "" where the record is missing or damaged, like the following
    size: int  # bytes
    lists: str  # which lists of packages it was made from, see `builds.fingerprint`


def read_installed(folder: Path) -> Installed | None:
    """The environment in ``folder``, from its record; None where there is none that could run."""
    interpreter = installed_interpreter(folder)
    if interpreter is None:
        return None
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return Installed(interpreter, str(record["build"]), int(record["size"]), str(record["lists"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Installed(interpreter, "", 0, "")


def write_record(folder: Path, build: str, lists: str) -> None:
    """Note in an environment what it is; measures its size, which takes a second."""
    record = {"build": build, "size": size(folder), "lists": lists}
    (folder / RECORD).write_text(json.dumps(record), encoding="utf-8")


def check_interpreter(path: Path, libraries: tuple[str, ...] = tuple(LIBRARIES)) -> str:
    """Why a Python cannot run the engine, in one sentence; "" if it can. Runs it: takes seconds, minutes at most.

    Args:
        path: an executable, or the folder of an environment.
        libraries: what it must be able to import; the version alone is checked where there are none.
    """
    python = interpreter_in(path)
    if not python.is_file():
        return f"There is no Python at {path}."
    timeout = CHECK_TIMEOUT_S if libraries else START_TIMEOUT_S
    try:
        return verdict(python, run_python(python, _CHECK, *libraries, timeout=timeout))
    except subprocess.TimeoutExpired:
        return f"{python} did not answer within {timeout:.0f} seconds."
    except OSError:
        return verdict(python, "")


def check_command(python: Path) -> list[str]:
    """The command whose output `verdict` reads: it imports all `LIBRARIES`."""
    return [str(python), "-I", "-c", _CHECK, *LIBRARIES]


def verdict(python: Path, output: str) -> str:
    """Why a Python cannot run the engine, from what the check printed; "" if it can."""
    try:
        found = json.loads(output.rpartition(_MARK)[2].partition("\n")[0])
    except ValueError:
        return f"{python} is no Python that runs on this computer."
    version = tuple(found["version"])
    if version not in SUPPORTED:
        return f"{python} is Python {dotted(version)}, and the engine needs Python {supported_versions()}."
    return _what_is_broken(python, found["broken"])


def run_python(python: Path, code: str, *arguments: str, timeout: float) -> str:
    """What a Python prints when it runs ``code`` on its own, whatever its exit status.

    Raises:
        OSError: it cannot be started.
        subprocess.TimeoutExpired: it took longer than ``timeout`` seconds and was stopped.
    """
    done = subprocess.run(
        [str(python), "-I", "-c", code, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=timeout,
        env=clean_environment(),
        check=False,
        creationflags=creation_flags(),
    )
    return done.stdout.decode("utf-8", "replace")


def supported_versions() -> str:
    """The versions of Python the engine runs with, for a sentence."""
    *first, last = (dotted(version) for version in SUPPORTED)
    return f"{', '.join(first)} or {last}"


def size(folder: Path) -> int:
    """Bytes of all files in a folder; 0 if it is not there. Walks it: no matter for drawing."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118 (20 000 files: Path takes twice as long)
            except OSError:  # removed meanwhile
                continue
    return total


def discard(*folders: Path) -> None:
    """Take folders from their place at once, and from the disk in a thread: 20 000 files can take a minute.

    What a thread could not finish, because Blender was closed, is deleted the next time something is discarded there.

    Raises:
        OSError: something in one of them is in use.
    """
    for folder in filter(Path.exists, folders):
        move(folder, Path(tempfile.mkdtemp(prefix=TRASH, dir=folder.parent), folder.name))
    for place in {folder.parent for folder in folders}:
        for trash in place.glob(f"{TRASH}*"):
            threading.Thread(target=_delete, args=[trash], name="likeness trash", daemon=True).start()


def _delete(folder: Path) -> None:
    # Windows deletes no path of more than 260 characters that comes without this prefix, and PyTorch has some.
    prefix = "\\\\?\\" if os.name == "nt" else ""
    shutil.rmtree(f"{prefix}{folder.absolute()}", ignore_errors=True)


def move(source: Path, target: Path) -> None:
    """Rename a folder, with patience: on Windows a virus scanner holds new files for some moments.

    Raises:
        OSError: something in it is in use for longer.
    """
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            source.rename(target)
            return
        except PermissionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def _what_is_broken(python: Path, broken: dict[str, str]) -> str:
    absent = [LIBRARIES[name] for name, reason in broken.items() if not reason]
    if absent:
        return f"{python} lacks {' and '.join(filter(None, [', '.join(absent[:-1]), absent[-1]]))}."
    for name, reason in broken.items():
        return f"{LIBRARIES[name]} does not start in {python}: {reason.rstrip('.')}."
    return ""


def dotted(version: tuple[int, ...]) -> str:
    """A version as it is written."""
    return ".".join(map(str, version))
