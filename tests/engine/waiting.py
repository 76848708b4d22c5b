"""Waiting for a job as Blender does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from likeness.engine.client import Engine
from likeness.engine.task import Task, Update

LONGEST_POLL = 0.05  # seconds of Blender's main thread

MakeEngine = Callable[..., Engine]


def wait(task: Task, until: Callable[[Update], bool] = lambda update: False, seconds: float = 20.0) -> Update:
    """Poll as a timer does until the task is finished or ``until`` holds; no poll may take long."""
    limit, slow = time.monotonic() + seconds, 0
    while time.monotonic() < limit:
        begun = time.perf_counter()
        try:
            update = task.poll()
        finally:
            slow += time.perf_counter() - begun > LONGEST_POLL
            assert slow <= 1  # a busy machine may take the processor away once; what waits does so every time
        if update.finished or until(update):
            return update
        time.sleep(0.01)
    raise AssertionError("the task does not end")


def result(task: Task, seconds: float = 20.0) -> dict[str, Any]:
    """What a task ends with."""
    return wait(task, seconds=seconds).result
