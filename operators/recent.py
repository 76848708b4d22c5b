"""The photos used last, in a small file of this user."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

LONGEST = 8


def read_recent(file: Path) -> list[str]:
    """Paths of the photos used last, newest first, those that are gone left out; none where the file is unreadable."""
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    paths = [path for path in stored if isinstance(path, str)] if isinstance(stored, list) else []
    return [path for path in paths if is_photo(path)][:LONGEST]


def add_recent(file: Path, photo: str) -> list[str]:
    """Put a photo first and write the list; returns it. A disk that takes no more only costs the memory."""
    recent = [photo, *(path for path in read_recent(file) if path != photo)][:LONGEST]
    with contextlib.suppress(OSError):
        file.write_text(json.dumps(recent), encoding="utf-8")
    return recent


def is_photo(path: str) -> bool:
    """Whether there is a file of this name, which may be anything that somebody typed."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):  # a name too long, or with a zero byte
        return False
