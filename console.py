"""What the command line shows: a progress bar, and silence from chatty libraries."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO, TextIO

BAR_WIDTH = 24


class ProgressBar:
    """A bar with the stage's name on a terminal, one line per stage elsewhere. A context manager."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._stage = ""

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        if self._terminal:
            self._write("\r\x1b[K")  # back to an empty line

    def update(self, stage: str, fraction: float) -> None:
        """Show that ``stage`` is at work and ``fraction`` (0 to 1) of the whole is done."""
        fraction = min(max(fraction, 0.0), 1.0)
        if self._terminal:
            bar = ("#" * round(fraction * BAR_WIDTH)).ljust(BAR_WIDTH, ".")
            self._write(f"\r\x1b[K[{bar}] {fraction:4.0%} {stage}")
        elif stage != self._stage:
            self._write(f"{stage}\n")
        self._stage = stage

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


@contextlib.contextmanager
def quiet_output(sink: BinaryIO) -> Iterator[TextIO]:
    """Send both standard streams into an open file, also what C++ writes; yields the real standard error.

    MediaPipe logs to file descriptor 2 and Blender prints to 1: either would break the bar or the JSON on stdout.
    """
    _flush()
    kept = [os.dup(1), os.dup(2)]
    os.dup2(sink.fileno(), 1)
    os.dup2(sink.fileno(), 2)
    try:
        with os.fdopen(os.dup(kept[1]), "w", encoding="utf-8", errors="replace") as real:
            yield real
    finally:
        _flush()
        for descriptor, number in zip(kept, (1, 2), strict=True):
            os.dup2(descriptor, number)
            os.close(descriptor)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    # What C and C++ hold back in their own buffers would otherwise come out after the streams were put back.
    ctypes.CDLL("ucrtbase" if os.name == "nt" else None).fflush(None)
