"""Standard streams that never end a command: closed, broken, full, or of a character set that lacks a letter."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, TextIO

# Letters that the character set lacks, and bytes of file names that are no letters, are written as escapes.
ESCAPED = "backslashreplace"


class _Outlet(io.FileIO):
    """A file descriptor whose trouble ends nothing: what it does not take is lost, and why is remembered."""

    lost: OSError | None = None

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            self.lost = self.lost or error
            return memoryview(data).nbytes


def outlet(descriptor: int, encoding: str, closefd: bool = False) -> TextIO:
    """Text written line by line to a descriptor, which need not take it."""
    raw = io.BufferedWriter(_Outlet(descriptor, "w", closefd=closefd))
    return io.TextIOWrapper(raw, encoding, ESCAPED, line_buffering=True)


@contextlib.contextmanager
def steady_streams() -> Iterator[Callable[[], str]]:
    """Standard output and error that take whatever is written to them.

    A reader that has gone, as ``head`` does when it has its lines, wants no more and is told no more.

    Yields:
        What tells why output was lost that somebody wants, as on a full disk; "" where none was.
    """
    before = sys.stdout, sys.stderr
    with contextlib.ExitStack() as nowhere:
        _open_closed()
        sys.stdout, sys.stderr = (_steady(stream, nowhere) for stream in before)
        try:
            yield lambda: _reason(sys.stdout)
        finally:
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(OSError):
                    stream.flush()
            sys.stdout, sys.stderr = before


def forget_losses(stream: TextIO) -> None:
    """What was lost up to now was nothing that anybody waits for."""
    raw = getattr(getattr(stream, "buffer", None), "raw", None)
    if isinstance(raw, _Outlet):
        raw.lost = None


def _open_closed() -> None:
    """Lead descriptors nowhere that were closed by ``>&-``: the next file to be opened would become standard output."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # it gets the lowest free number


def _steady(stream: TextIO | None, nowhere: contextlib.ExitStack) -> TextIO:
    if stream is None:  # it was closed when Python began
        return nowhere.enter_context(open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError, AttributeError):  # a window of a program, not a file
        return stream
    stream.flush()
    if not stream.isatty():
        return outlet(descriptor, stream.encoding)
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=ESCAPED)
    return stream


def _reason(stream: TextIO) -> str:
    stream.flush()
    raw = getattr(getattr(stream, "buffer", None), "raw", None)
    error = raw.lost if isinstance(raw, _Outlet) else None
    # Windows has no name of its own for a pipe that nobody reads.
    if error is None or isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL):
        return ""
    return error.strerror or str(error)
