"""Signals that ask a process to end: raised where they come, or held while something is done that must not break off.

Standard library alone. Only the main thread hears of signals; in another one nothing here does anything.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

# Ctrl-C, `kill`, and a terminal that was closed, which Windows does not know.
ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Interrupted(KeyboardInterrupt):
    """The process was asked to end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.status = 128 + number  # what shells call an end by this signal


@contextmanager
def raised() -> Iterator[Callable[[], None]]:
    """Raise `Interrupted` wherever the signals come.

    Yields a function that raises it again if a library has swallowed it; where one has made another exception of it,
    `Interrupted` comes out all the same.
    """
    came: list[int] = []

    def hear(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        raise Interrupted(number)

    def check() -> None:
        if came:
            raise Interrupted(came[0])

    with _heard(hear, but=(signal.SIG_IGN,)):
        try:
            yield check
        except Exception:
            check()
            raise


@contextmanager
def held() -> Iterator[list[int]]:
    """Let signals wait until the block is done. Blender and half a move of files take no exception from outside.

    Yields the signals that have come, of which the first is raised at the end: none if the list has been cleared.
    """
    came: list[int] = []
    try:
        # A handler that Python has not set, such as Blender's own, raises nothing and could not be put back.
        with _heard(lambda number, _frame: came.append(number), but=(signal.SIG_IGN, None)):
            yield came
    finally:
        for number in came[:1]:
            signal.raise_signal(number)


@contextmanager
def _heard(hear: Callable[[int, FrameType | None], object], but: tuple[object, ...]) -> Iterator[None]:
    """Let ``hear`` handle the signals, ``but`` for those with one of these handlers: an ignored one stays ignored."""
    before = {}
    if threading.current_thread() is threading.main_thread():
        wanted = [number for number in ENDING if signal.getsignal(number) not in but]
        before = {number: signal.signal(number, hear) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
