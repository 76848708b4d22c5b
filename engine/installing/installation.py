"""Installing the engine: its environment is built beside its place, proved, and only then put there."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ...errors import LikenessError
from .background import Background, Watch
from .builds import GIGABYTE, EngineBuild, Packages, find_build, fingerprint
from .environment import (
    CHECK_TIMEOUT_S,
    check_command,
    check_interpreter,
    discard,
    dotted,
    interpreter_in,
    move,
    verdict,
    write_record,
)
from .installer import InstallProgress, explain, find_installer
from .interpreters import LOCKED, find_interpreter

# Of the whole: where each part of the work ends.
CREATED, COMMON_INSTALLED, INSTALLED, PROVED = 0.05, 0.35, 0.9, 0.99
# Characters: the longest path in the locked packages (a licence of PyTorch), and what Windows allows.
LONGEST_IN_PACKAGES, WINDOWS_PATH = 172, 260


@dataclass(frozen=True)
class Order:
    """What to install where."""

    folder: Path  # where the environment is to be; beside it lies what is being built
    build: str  # one of BUILDS
    log: Path  # for the output of the programs; what it held is lost
    wheels: Path | None  # folder of wheels to install from, without the internet; None to download them
    online: bool  # whether the internet may be used


def start_installation(order: Order) -> Background:
    """Install the engine; an environment that is there already serves until the new one is proved.

    The result is ``{"interpreter": str}``.
    """
    return Background(lambda task: _install(task, order))


def _install(task: Background, order: Order) -> dict[str, Any]:
    build = find_build(order.build, sys.platform)
    _check_source(order)
    order.log.parent.mkdir(parents=True, exist_ok=True)
    order.log.write_bytes(b"")
    with workplace(order.folder) as place:
        require_space(place, build)
        _fill(task, order, build, place)
        task.tell("Trying the engine", INSTALLED)
        _try_libraries(task, interpreter_in(place / "env"), order.log)
        task.tell("Putting it in place", PROVED)
        write_record(place / "env", build.name, fingerprint(build))
        task.check_cancelled()
        replace(order.folder, place / "env")
    return {"interpreter": str(interpreter_in(order.folder))}


def _check_source(order: Order) -> None:
    if order.wheels is not None and not order.wheels.is_dir():
        raise LikenessError(f"There is no folder {order.wheels} to install the engine from.")
    if order.wheels is None and not order.online:
        raise LikenessError("Downloading the engine needs online access, which Blender does not allow now.")


def _fill(task: Background, order: Order, build: EngineBuild, place: Path) -> None:
    """Make the environment ``place``/env with all packages of the build."""
    installer, env, version = find_installer(), place / "env", dotted(LOCKED[0])
    task.tell("Looking for Python", 0.0)
    base = find_interpreter(with_uv=bool(installer.uv))
    if base is None and not order.online:
        raise LikenessError(f"The engine needs Python {version}, and this computer has none: install it and try again.")
    task.tell("Preparing" if base else f"Downloading Python {version}", 0.01)

    def run(command: list[str], watch: Watch, source: str) -> None:
        status, lines = task.run(command, order.log, place, installer.variables(place), watch)
        if status != 0:
            sentence = explain(lines, source) or "The installer failed for an unknown reason."
            raise LikenessError(f"{sentence} Its log is {order.log}.")

    run(installer.create(base.path if base else None, version, env), lambda _: None, "The download of Python")
    ends = CREATED, COMMON_INSTALLED, INSTALLED
    for packages, start, end in zip(build.packages, ends, ends[1:], strict=False):
        progress = InstallProgress(len(packages.names), env, place)

        def watch(
            lines: list[str], progress: InstallProgress = progress, start: float = start, end: float = end
        ) -> None:
            progress.read(lines)
            task.tell(progress.stage, start + (end - start) * progress.fraction)

        run(installer.install(env, packages, order.wheels), watch, _source(packages, order))


def _source(packages: Packages, order: Order) -> str:
    """Where packages come from, to begin a sentence with."""
    if order.wheels is not None:
        return f"The folder {order.wheels}"
    return urlsplit(packages.index).hostname or "The package index"


def start_check(python: Path, log: Path) -> Background:
    """Find out whether a Python can run the engine, as a task: it fails with the reason, or its result is empty."""
    log.write_bytes(b"")
    return Background(lambda task: _try_libraries(task, python, log))


def _try_libraries(task: Background, python: Path, log: Path) -> dict[str, Any]:
    """Import all libraries once; in a new environment that also compiles them, so that the first start is quick."""
    if not python.is_file():
        raise LikenessError(f"There is no Python at {python}.")
    try:
        _, lines = task.run(check_command(python), log, log.parent, {}, lambda _: None, CHECK_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LikenessError(f"{python} does not run or takes too long.") from error
    if problem := verdict(python, "\n".join(lines)):
        raise LikenessError(problem)
    return {}


@contextlib.contextmanager
def workplace(folder: Path) -> Iterator[Path]:
    """A fresh folder to build in, gone afterwards, that no other Blender works in at the same time.

    Raises:
        LikenessError: another Blender does.
    """
    place = workplace_for(folder, os.name == "nt")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder.with_name(f"{folder.name}.lock")):
        discard(place)
        place.mkdir()
        try:
            yield place
        finally:
            with contextlib.suppress(OSError):  # then it goes the next time
                discard(place)


def workplace_for(folder: Path, windows: bool) -> Path:
    """Where to build what is to be moved to ``folder``: beside it, except where paths would grow too long for Windows.

    There the temporary folder is nearer to the root. In its place the environment may have longer paths than pip can
    make: they are licences and C++ headers, which nobody opens.
    """
    near, temporary = folder.with_name(f"{folder.name}.new"), Path(tempfile.gettempdir())
    fits = len(str(near / "env" / "Lib" / "site-packages")) + LONGEST_IN_PACKAGES < WINDOWS_PATH
    if not windows or fits or temporary.drive != folder.drive:
        return near
    return temporary / f"lk{zlib.crc32(str(folder).encode()):08x}"


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that the system takes back whatever way this process ends."""
    with path.open("wb") as file:
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise LikenessError("Another Blender is installing the engine at the moment.") from error
        yield


def require_space(place: Path, build: EngineBuild) -> None:
    """Raise `LikenessError` where the disk has not the room that a build takes."""
    free = shutil.disk_usage(place).free
    if free < build.space:
        raise LikenessError(
            f"Installing the engine takes {build.space / GIGABYTE:.1f} GB, "
            f"and the disk of {place.parent} has {free / GIGABYTE:.1f} GB left."
        )


def replace(folder: Path, env: Path) -> None:
    """Put an environment in its place; where it does not start there, the one before comes back.

    Raises:
        LikenessError: the one before is in use, or the new one does not start.
    """
    old = env.with_name("old")
    try:
        if folder.exists():
            move(folder, old)
        move(env, folder)
        problem = check_interpreter(folder, ())
    except OSError:
        problem = f"The engine in {folder} is in use; close other Blenders and try again."
    if problem:
        if not env.exists():
            move(folder, env)
        if old.exists():
            move(old, folder)
        raise LikenessError(problem)
