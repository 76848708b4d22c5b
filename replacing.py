"""Files and folders that appear all at once: made beside or in their place, and moved there when they are complete.

A reader sees the old one or the new one, and a failure leaves the old one. A link is written through. Standard library
alone, for Blender and the engine's side alike. (`engine/` itself imports nothing of the project, and moves folders with
a patience of its own.)
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .interrupts import held
from .locking import locked

# What `fresh_folder` has in the folder while it is at work: the new files, the old ones as they go and when all of them
# have gone, and the lock.
NEW, LEAVING, OLD, LOCK = ".likeness-new", ".likeness-leaving", ".likeness-old", ".likeness-lock"


@contextmanager
def fresh_file(place: Path) -> Iterator[Path]:
    """A path to write to, of the same name, whose file takes ``place`` at the end; after an exception nothing is left.

    Raises:
        OSError: the disk does not let us.
    """
    place = real_path(place)
    with tempfile.TemporaryDirectory(prefix=".part-", dir=place.parent) as folder:
        yield Path(folder) / place.name
        (Path(folder) / place.name).replace(place)


@contextmanager
def fresh_folder(place: Path, key: str, ours: Collection[str]) -> Iterator[Path]:
    """An empty folder to fill, whose files take the place of those in ``place`` at the end.

    It is made inside ``place``, which stays the same folder: it may be a link's target, a disk's root, in a folder that
    may not be written, or where somebody's shell stands. Before the block nothing has changed but that it exists; after
    an exception all is as it was.

    Args:
        place: made with the folders above it if it is not there.
        key: the file without which the others are nothing: it goes first and comes last.
        ours: names of the files that go when the new ones come; others stay.

    Raises:
        BlockingIOError: another process is filling the folder.
        OSError: the disk does not let us.
    """
    place = real_path(place)
    with _made(place), locked(place / LOCK):
        fresh = place / NEW
        _put_back(place, key, ours)  # what a process has left that was killed
        shutil.rmtree(fresh, ignore_errors=True)
        try:
            fresh.mkdir()
            yield fresh
            with held() as asked:
                _exchange(place, key, ours, asked)
                shutil.rmtree(fresh, ignore_errors=True)
                asked.clear()  # too late: all is done
        finally:
            with held():
                shutil.rmtree(fresh, ignore_errors=True)


def put_in_place(fresh: Path, place: Path, aside: Path) -> None:
    """Rename ``fresh`` to ``place``; what was there is ``aside`` then, and is back after any failure.

    Raises:
        OSError: the disk does not let us.
    """
    if place.exists():
        place.rename(aside)
    try:
        fresh.rename(place)
    except BaseException:  # an interrupt too
        if aside.exists():
            aside.rename(place)
        raise


def real_path(path: Path) -> Path:
    """Where a path leads through links, also to what is not there yet. Raises `OSError` where they lead in a circle."""
    place = Path(os.path.realpath(path))
    if place.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return place


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """Make a folder and those above it; of these, the ones in which nothing has come to be go again."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    finally:
        for path in missing:
            with suppress(OSError):
                path.rmdir()


def _exchange(place: Path, key: str, ours: Collection[str], asked: Collection[int]) -> None:
    """Move the old files aside and the new ones in; after a failure, or if ``asked`` to end, the old ones are back."""
    try:
        (place / LEAVING).mkdir()
        for path in reversed(_key_last(place, key)):
            if path.name in ours:
                path.rename(place / LEAVING / path.name)
        (place / LEAVING).rename(place / OLD)
        for path in _key_last(place / NEW, key):
            path.rename(place / path.name)
        if asked:
            (place / key).unlink()
            raise InterruptedError
    except BaseException:
        _put_back(place, key, ours)
        raise
    (place / OLD).rename(place / NEW / OLD)  # to be deleted with it


def _put_back(place: Path, key: str, ours: Collection[str]) -> None:
    """Have the old files back where an exchange was broken off, unless all of the new ones have come."""
    for aside in (place / LEAVING, place / OLD):
        if not aside.is_dir():
            continue
        if not (place / key).exists():
            for path in place.iterdir() if aside.name == OLD else ():
                if path.name in ours:
                    path.unlink()  # a new one: all old ones had gone
            for path in _key_last(aside, key):
                path.rename(place / path.name)
        shutil.rmtree(aside)


def _key_last(folder: Path, key: str) -> list[Path]:
    return sorted(folder.iterdir(), key=lambda path: (path.name == key, path.name))
