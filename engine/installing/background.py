"""`Background`: a `Task` whose work is one function in a thread, made of other programs. Standard library only."""

from __future__ import annotations

import math
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from ...errors import LikenessError
from ..programs import kill_group, start_logged
from ..task import Cancelled, Update

PERIOD_S = 0.1
T = TypeVar("T")
Watch = Callable[[list[str]], None]  # is given lines of output as they come


class Background:
    """Calls ``work(self)`` in a thread; what that returns is the result of the task.

    ``work`` is to go through `run` or `check_cancelled` often: only there is it stopped.
    """

    def __init__(self, work: Callable[[Background], dict[str, Any]]) -> None:
        self._work = work
        self._update = Update("starting", 0.0)
        self._error: BaseException | None = None
        self._wanted_to_stop = threading.Event()
        self._thread = threading.Thread(target=self._live, name="likeness background", daemon=True)
        self._thread.start()

    def poll(self) -> Update:
        """Where it stands now. Raises `LikenessError` if it failed and `Cancelled` once a cancellation is through."""
        if self._error is not None:
            raise self._error
        return self._update

    def cancel(self) -> None:
        """Ask it to stop; `poll` raises `Cancelled` when it has."""
        self._wanted_to_stop.set()

    def close(self) -> None:
        """End it for good; waits until its programs and its files are gone."""
        self._wanted_to_stop.set()
        self._thread.join()

    def tell(self, stage: str, fraction: float) -> None:
        """For ``work``: say where it stands; a bar that goes back would worry people."""
        self._update = Update(stage, max(fraction, self._update.fraction))

    def check_cancelled(self) -> None:
        """For ``work``: raises `Cancelled` if the user wants it to stop."""
        if self._wanted_to_stop.is_set():
            raise Cancelled

    def wait_for(self, function: Callable[[], T]) -> T:
        """For ``work``: what a function returns or raises that may hang, as on the network.

        A cancellation does not wait for it: it is left behind in a thread of its own, and should look at
        `check_cancelled` where it can.

        Raises:
            Cancelled: the user wanted it to stop.
        """
        future: Future[T] = Future()

        def call() -> None:
            try:
                future.set_result(function())
            except BaseException as error:  # it is raised where the result is waited for
                future.set_exception(error)

        thread = threading.Thread(target=call, name="likeness waiting", daemon=True)
        thread.start()
        while thread.is_alive():
            self.check_cancelled()
            thread.join(PERIOD_S)
        return future.result()

    def run(
        self,
        command: Sequence[str],
        log: Path,
        folder: Path,
        variables: Mapping[str, str],
        watch: Watch,
        seconds: float = math.inf,
    ) -> tuple[int, list[str]]:
        """For ``work``: run a program in ``folder`` to its end; its exit status and the lines it wrote.

        Args:
            command: program and arguments.
            log: where its output is appended.
            folder: where it runs.
            variables: added to its environment.
            watch: called many times a second with the lines that are new since.
            seconds: it may take so long.

        Raises:
            Cancelled: the user wanted it to stop; the program and its children are gone.
            OSError: it cannot be started.
            subprocess.TimeoutExpired: it took too long and is gone.
        """
        self.check_cancelled()
        lines: list[str] = []
        rest = b""
        log.touch()
        with log.open("rb") as output:
            output.seek(0, 2)
            process = start_logged(command, log, folder, variables)
            try:
                end = time.monotonic() + seconds
                while process.poll() is None:
                    if time.monotonic() > end:
                        raise subprocess.TimeoutExpired(command, seconds)
                    self._wanted_to_stop.wait(PERIOD_S)
                    self.check_cancelled()
                    rest = _take_lines(rest + output.read(), lines, watch)
                _take_lines(rest + output.read() + b"\n", lines, watch)
            finally:
                kill_group(process)
        return process.returncode, lines

    def _live(self) -> None:
        try:
            result = self._work(self)
            self._update = Update(self._update.stage, 1.0, finished=True, result=result)
        except OSError as error:
            place = f" ({error.filename})" if error.filename else ""
            self._error = LikenessError(f"{error.strerror or error}{place}.")
        except BaseException as error:  # whatever it is, the thread that asks must hear of it
            self._error = error


def _take_lines(output: bytes, lines: list[str], watch: Watch) -> bytes:
    """Take the whole lines; returns what was written of the next one."""
    whole, _, rest = output.rpartition(b"\n")
    new = [line.rstrip() for line in whole.decode("utf-8", "replace").splitlines() if line.strip()]
    lines += new
    watch(new)
    return rest
