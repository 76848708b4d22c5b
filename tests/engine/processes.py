"""Whether a process is still there (Linux)."""

from __future__ import annotations

import time
from pathlib import Path


def gone(pid: int) -> bool:
    """Whether no process has this number, or only one that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def ends(pid: int, seconds: float = 2.0) -> bool:
    """Whether it is gone within so many seconds."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit and not gone(pid):
        time.sleep(0.01)
    return gone(pid)
