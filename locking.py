"""A lock that another process sees, and that dies with the process that holds it. Standard library alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of the file ``path``, which is made for it and goes again.

    Raises:
        BlockingIOError: somebody else holds it.
        OSError: the disk does not let us.
    """
    stream = _locked_file(path)
    try:
        stream.write(str(os.getpid()).encode())  # a disk without room for this will not do for what follows
        yield
    finally:
        # Windows deletes no open file; elsewhere nobody may find the file between the two.
        for step in (stream.close, path.unlink) if sys.platform == "win32" else (path.unlink, stream.close):
            with suppress(OSError):
                step()


def _locked_file(path: Path) -> FileIO:
    while True:
        stream = path.open("ab", buffering=0)
        try:
            _lock(stream)
            if _is_still(path, stream):
                return stream
        except BaseException:
            stream.close()
            raise
        stream.close()


def _is_still(path: Path, stream: FileIO) -> bool:
    """Whether the file was not deleted by its last holder after we had opened it."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), path.stat())
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock(stream: FileIO) -> None:
        stream.seek(1 << 20)  # beyond what is written, as what is locked cannot be
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(*error.args) from error

else:
    import fcntl

    def _lock(stream: FileIO) -> None:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:  # a disk that knows no locks, as some of networks
            return
