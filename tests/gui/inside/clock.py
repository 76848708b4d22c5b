"""How long Blender's main thread is away, and how long panels take to draw. Runs inside Blender."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import bpy

PERIOD = 0.01  # seconds


class Gaps:
    """A timer of 10 ms that notes how late it is: a gap is a time in which Blender could not react."""

    def __init__(self) -> None:
        self.ends: list[float] = []  # when each gap ended, by time.perf_counter
        self.wall: list[float] = []  # seconds between two turns
        self.busy: list[float] = []  # seconds of them in which the main thread computed
        self._last: tuple[float, float] | None = None
        self._running = True
        bpy.app.timers.register(self._tick, first_interval=0.0, persistent=True)

    def _tick(self) -> float | None:
        now = time.perf_counter(), time.thread_time()
        if self._last is not None:
            self.ends.append(now[0])
            self.wall.append(now[0] - self._last[0])
            self.busy.append(now[1] - self._last[1])
        self._last = now
        return PERIOD if self._running else None

    def stop(self) -> None:
        """No more."""
        self._running = False

    def forget_after(self, moment: float) -> None:
        """Drop the gaps that end later than this."""
        kept = sum(end <= moment for end in self.ends)
        del self.ends[kept:], self.wall[kept:], self.busy[kept:]

    def apart_from(self, moments: list[float]) -> list[float]:
        """The gaps that neither hold one of these moments nor follow one that does."""
        apart = []
        for end, wall, before in zip(self.ends[1:], self.wall[1:], self.wall, strict=False):
            if not any(end - wall - before <= moment <= end for moment in moments):
                apart.append(wall)
        return apart


def milliseconds(values: list[float]) -> str:
    """Median, 99th percentile and maximum, for a report."""
    ordered = sorted(values)
    picked = (statistics.median(ordered), ordered[int(0.99 * (len(ordered) - 1))], ordered[-1])
    return " ".join(f"{1000 * value:.1f}" for value in picked)


def timed(owner: Any, name: str, seconds: list[float]) -> None:
    """From now on every call of a panel's or operator's method appends its duration to ``seconds``."""
    original: Callable[..., Any] = getattr(owner, name)

    def measured(self: Any, context: bpy.types.Context, *rest: Any) -> Any:  # Blender counts the named arguments
        start = time.perf_counter()
        try:
            return original(self, context, *rest)
        finally:
            seconds.append(time.perf_counter() - start)

    setattr(owner, name, measured)
