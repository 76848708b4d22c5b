"""The photos used last, in a small file of this user."""

from __future__ import annotations

from pathlib import Path

from .user_file import read_json, write_json

LONGEST = 8


def read_recent(file: Path) -> list[str]:
    """Paths of the photos used last, newest first, those that are gone left out; none where the file is unreadable."""
    stored = read_json(file)
    paths = [path for path in stored if isinstance(path, str)] if isinstance(stored, list) else []
    return [path for path in paths if is_photo(path)][:LONGEST]


def add_recent(file: Path, photo: str) -> list[str]:
    """Put a photo first and write the list; returns it. A disk that takes no more only costs the memory."""
    recent = [photo, *(path for path in read_recent(file) if path != photo)][:LONGEST]
    write_json(file, recent)
    return recent


def is_photo(path: str) -> bool:
    """Whether there is a file of this name, which may be anything that somebody typed."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):  # a name too long, or with a zero byte
        return False
