"""Ending tasks nobody waits for any more, without making Blender wait for them."""

from __future__ import annotations

import bpy

from ..engine.task import Task

PERIOD_S = 0.1

_leaving: list[Task] = []


def let_go(task: Task) -> None:
    """Cancel a task and close it once it has ended, which may be seconds later; in background mode wait for that."""
    task.cancel()
    _leaving.append(task)
    if bpy.app.background:  # no timers there
        close_all()
    elif not bpy.app.timers.is_registered(_look):
        bpy.app.timers.register(_look, first_interval=0.0, persistent=True)


def close_all() -> None:
    """Close the tasks that are still on their way out, and wait for them."""
    if bpy.app.timers.is_registered(_look):
        bpy.app.timers.unregister(_look)
    while _leaving:
        _leaving.pop().close()


def _look() -> float | None:
    _leaving[:] = [task for task in _leaving if not _has_ended(task)]
    return PERIOD_S if _leaving else None


def _has_ended(task: Task) -> bool:
    try:
        if not task.poll().finished:
            return False
    except Exception:  # why it ended is of no interest any more
        pass
    task.close()
    return True
