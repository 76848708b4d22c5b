"""Which processes are there (Linux)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path


def gone(pid: int) -> bool:
    """Whether no process has this number, or only one that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def ends(pid: int, seconds: float = 2.0) -> bool:
    """Whether it is gone within so many seconds."""
    return comes_true(lambda: gone(pid), seconds)


def comes_true(condition: Callable[[], bool], seconds: float = 2.0) -> bool:
    """Whether it is so within so many seconds."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit and not condition():
        time.sleep(0.01)
    return condition()


def children_running(script: str) -> list[int]:
    """Ids of the processes that this one has started to run a script."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and script in (folder / "cmdline").read_text():
                found.append(int(folder.name))
        except OSError:  # it has just ended
            continue
    return found
