"""The limits that the client holds the engine to: times, counts and sizes; and the clock that measures the times."""

from __future__ import annotations

import time
from dataclasses import dataclass

from .protocol import MAX_LINE_BYTES


@dataclass(frozen=True)
class Limits:
    """Seconds and counts; the product uses the defaults."""

    first_sign: float = 60.0  # from the start of the process to its first message
    hello: float = 180.0  # to its hello: the first import of new libraries waits for every virus scanner
    unanswered: float = 1.0  # silence that is shown to the user; four heartbeats
    silence: float = 10.0  # silence that ends the process; one call into a library may keep the heartbeat that long
    interrupt: float = 2.0  # from the wish to cancel to the interrupt
    kill: float = 5.0  # from the wish to cancel to the end of the process
    farewell: float = 1.0  # from the end of its input to the end of the process
    longest_step: float = 1.0  # the most that one look at the clock adds: a computer asleep is no silent engine
    noise_lines: int = 200  # lines before hello that are no messages, such as a sitecustomize prints
    line_bytes: int = MAX_LINE_BYTES
    waiting_messages: int = 1000  # then the engine has to wait
    messages_per_poll: int = 200


class Clock:
    """Seconds that count for limits: those in which Blender could have heard the engine.

    A computer that slept, or a main thread that was busy for long, would otherwise wake up to an engine that seems to
    have been silent all the time.
    """

    def __init__(self, longest_step: float) -> None:
        self.now = 0.0
        self._longest_step, self._last = longest_step, time.monotonic()

    def tick(self) -> float:
        """Go on to the present; returns it."""
        last, self._last = self._last, time.monotonic()
        self.now += min(self._last - last, self._longest_step)
        return self.now
