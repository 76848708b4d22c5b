"""What the command line shows: a progress bar, one sentence for whatever ends it, silence from chatty libraries.

Exit status: 0 done, 1 a fault of Likeness, 2 a problem with the input, 130 Ctrl-C, 143 SIGTERM. A reader that has gone
changes nothing: the work is done whether or not anybody hears of it. Output that a full disk loses makes it 2 (see
`streams`).
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, TextIO, TypeVar

from ..errors import LikenessError
from ..interrupts import Interrupted, held, raised
from ..progress import OnProgress
from ..version import ID
from .streams import ESCAPED, forget_losses, outlet

BAR_WIDTH = 24
FAULT, BAD_INPUT = 1, 2
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # in a name they would break the line or move the cursor

Outcome = TypeVar("Outcome")


def carry_out(work: Callable[[OnProgress], Outcome], report: Callable[[Outcome], None], as_json: bool) -> int:
    """Do the work of a command under a progress bar and report what came of it; returns the exit status."""
    with _noise() as noise:
        try:
            with raised() as check, quiet_output(noise) as stderr, ProgressBar(stderr) as bar:

                def tell(stage: str, fraction: float) -> None:
                    check()
                    bar.update(stage, fraction)

                outcome = work(tell)
        except LikenessError as error:
            return fail(str(error), BAD_INPUT, as_json)
        except KeyboardInterrupt as interrupt:
            return interrupted(interrupt, as_json)
        except Exception as error:
            return fail(_fault(error, noise), FAULT, as_json)
    report(outcome)
    return 0


def interrupted(interrupt: BaseException, as_json: bool = False) -> int:
    """Say that the command was interrupted; returns the exit status, that of Ctrl-C unless a signal is known."""
    status = interrupt.status if isinstance(interrupt, Interrupted) else Interrupted(signal.SIGINT).status
    return fail("Interrupted.", status, as_json)


def print_json(values: Any) -> None:
    """Print what a command tells programs, as one object; in ASCII, which every character set holds."""
    print(json.dumps(values, default=str))


def print_line(text: str, stream: TextIO | None = None) -> None:
    """Print what a command tells people, in one line whatever the names of files in it hold."""
    print(CONTROLS.sub(lambda found: ascii(found.group())[1:-1], text), file=stream)


def fail(sentence: str, status: int, as_json: bool = False) -> int:
    """Say why a command ends; returns the exit status."""
    print_line(f"{ID}: {sentence}", sys.stderr)
    if as_json:
        print_json({"error": sentence})
    return status


@contextlib.contextmanager
def _noise() -> Iterator[BinaryIO]:
    """Where what the libraries write is kept for the log; nowhere if the machine has no temporary folder."""
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(tempfile.TemporaryFile())
        except OSError:
            file = stack.enter_context(Path(os.devnull).open("r+b"))
        yield file


def _fault(error: Exception, noise: BinaryIO) -> str:
    """The sentence about a fault of Likeness."""
    try:
        return f"Likeness failed unexpectedly; the details are in {_keep_log(error, noise)}."
    except OSError:
        reason = f"{type(error).__name__}: {error}".rstrip(".")
        return f"Likeness failed unexpectedly ({reason}), and no temporary folder takes the details."


def _keep_log(error: Exception, noise: BinaryIO) -> Path:
    """Save what the libraries wrote and the exception's traceback."""
    noise.seek(0)
    with tempfile.NamedTemporaryFile(prefix=f"{ID}-", suffix=".log", delete=False) as log:
        shutil.copyfileobj(noise, log)
        log.write("".join(traceback.format_exception(error)).encode(errors=ESCAPED))
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
        with outlet(os.dup(kept[1]), sys.stderr.encoding or "utf-8", closefd=True) as real:
            yield real
    finally:
        with held():
            _flush()
            for descriptor, number in zip(kept, (1, 2), strict=True):
                os.dup2(descriptor, number)
                os.close(descriptor)
            forget_losses(sys.stdout)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    # What C and C++ hold back in their own buffers would otherwise come out after the streams were put back.
    ctypes.CDLL("ucrtbase" if os.name == "nt" else None).fflush(None)
