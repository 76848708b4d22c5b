"""Where an environment is built: beside its place, in a folder of one Blender, with the downloads for another try."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...errors import LikenessError
from .builds import GIGABYTE, EngineBuild
from .environment import check_interpreter, discard, move

# Characters: the longest path in the locked packages (a licence of PyTorch), and what Windows allows.
LONGEST_IN_PACKAGES, WINDOWS_PATH = 172, 260


@dataclass(frozen=True)
class Site:
    """Where an installer works."""

    place: Path  # for what is being built; empty before and gone afterwards
    downloads: Path  # for what another try need not fetch again

    @property
    def env(self) -> Path:
        """The environment that is being made."""
        return self.place / "env"

    @property
    def pythons(self) -> Path:
        """Where uv puts the Python that it fetches."""
        return self.place / "python"


@contextlib.contextmanager
def workplace(folder: Path) -> Iterator[Site]:
    """A fresh place to build in, gone afterwards, that no other Blender works in at the same time.

    The downloads beside it stay, for the next try.

    Raises:
        LikenessError: another Blender does.
    """
    place = workplace_for(folder, os.name == "nt")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder.with_name(f"{folder.name}.lock")):
        discard(place)
        place.mkdir()
        site = Site(place, downloads_beside(place))
        site.downloads.mkdir(exist_ok=True)
        try:
            yield site
        finally:
            with contextlib.suppress(OSError):  # then it goes the next time
                discard(place)
            with contextlib.suppress(OSError):  # something was downloaded
                site.downloads.rmdir()


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


def downloads_beside(place: Path) -> Path:
    """Where what was downloaded for a workplace is kept until an installation has succeeded."""
    return place.with_suffix(".downloads")


def kept_downloads(folder: Path) -> Path | None:
    """What an installation into ``folder`` that did not succeed has downloaded already, for the next one; or None."""
    kept = downloads_beside(workplace_for(folder, os.name == "nt"))
    return kept if kept.is_dir() else None


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


def remove(folder: Path) -> None:
    """Remove an environment, what was downloaded for one, and what was left of earlier ones; see `discard`.

    Raises:
        LikenessError: something in it is in use.
    """
    try:
        discard(folder, *filter(None, [kept_downloads(folder)]))
    except OSError as error:
        raise LikenessError(f"The engine in {folder} is in use; close other Blenders and try again.") from error
