"""What the command line shows: a progress bar, one sentence for whatever ends it, silence from chatty libraries.

Exit status: 0 done, 1 a fault of Likeness, 2 a problem with the input, 130 Ctrl-C, 143 SIGTERM.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, TextIO, TypeVar

from ..errors import LikenessError
from ..interrupts import Interrupted, held, raised
from ..progress import OnProgress
from ..version import ID

BAR_WIDTH = 24
FAULT, BAD_INPUT = 1, 2

Outcome = TypeVar("Outcome")


def carry_out(work: Callable[[OnProgress], Outcome], report: Callable[[Outcome], None], as_json: bool) -> int:
    """Do the work of a command under a progress bar and report what came of it; returns the exit status."""
    with tempfile.TemporaryFile() as noise:
        try:
            with raised() as check, quiet_output(noise) as stderr, ProgressBar(stderr) as bar:

                def tell(stage: str, fraction: float) -> None:
                    check()
                    bar.update(stage, fraction)

                outcome = work(tell)
        except LikenessError as error:
            return _fail(str(error), BAD_INPUT, as_json)
        except KeyboardInterrupt as interrupt:
            return interrupted(interrupt, as_json)
        except Exception:
            log = _keep_log(noise)
            return _fail(f"Likeness failed unexpectedly; the details are in {log}.", FAULT, as_json)
    report(outcome)
    return 0


def interrupted(interrupt: BaseException, as_json: bool = False) -> int:
    """Say that the command was interrupted; returns the exit status, that of Ctrl-C unless a signal is known."""
    status = interrupt.status if isinstance(interrupt, Interrupted) else Interrupted(signal.SIGINT).status
    return _fail("Interrupted.", status, as_json)


def _fail(sentence: str, status: int, as_json: bool) -> int:
    print(f"{ID}: {sentence}", file=sys.stderr)
    if as_json:
        print(json.dumps({"error": sentence}, ensure_ascii=False))
    return status


def _keep_log(noise: BinaryIO) -> Path:
    """Save what the libraries wrote and the traceback of the exception being handled."""
    noise.seek(0)
    with tempfile.NamedTemporaryFile(prefix=f"{ID}-", suffix=".log", delete=False) as log:
        shutil.copyfileobj(noise, log)
        log.write(traceback.format_exc().encode(errors="replace"))
    return Path(log.name)


class ProgressBar:
    """A bar with the stage's name on a terminal, one line per stage elsewhere. A context manager.

    Not tqdm's: `blender_command` shows the same bar in Blender's Python, which has no packages, and in a pipe tqdm
    would print a bar per update where a log wants one line per stage.
    """

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
    with held():
        kept = [os.dup(1), os.dup(2)]
        os.dup2(sink.fileno(), 1)
        os.dup2(sink.fileno(), 2)
    try:
        with os.fdopen(os.dup(kept[1]), "w", encoding="utf-8", errors="replace") as real:
            yield real
    finally:
        with held():
            _flush()
            for descriptor, number in zip(kept, (1, 2), strict=True):
                os.dup2(descriptor, number)
                os.close(descriptor)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    # What C and C++ hold back in their own buffers would otherwise come out after the streams were put back.
    ctypes.CDLL("ucrtbase" if os.name == "nt" else None).fflush(None)
