"""Ending tasks whose results nobody needs any more, without making Blender wait until they have ended."""

from __future__ import annotations

import bpy

from ..engine.task import Task

PERIOD_S = 0.1

_abandoned: list[Task] = []


def abandon(task: Task) -> None:
    """Cancel a task and close it once it has ended, which may be seconds later; in background mode wait for that."""
    task.cancel()
    _abandoned.append(task)
    if bpy.app.background:  # no timers there
        close_all()
    elif not bpy.app.timers.is_registered(_close_ended):
        bpy.app.timers.register(_close_ended, first_interval=0.0, persistent=True)


def close_all() -> None:
    """Close the abandoned tasks that have not ended yet, and wait for them."""
    if bpy.app.timers.is_registered(_close_ended):
        bpy.app.timers.unregister(_close_ended)
    while _abandoned:
        _abandoned.pop().close()


def _close_ended() -> float | None:
    """The timer: close the tasks that have ended; seconds until the next look, None where no task is left."""
    _abandoned[:] = [task for task in _abandoned if not _has_ended(task)]
    return PERIOD_S if _abandoned else None


def _has_ended(task: Task) -> bool:
    try:
        if not task.poll().finished:
            return False
    except Exception:  # why it ended is of no interest any more
        pass
    task.close()
    return True
