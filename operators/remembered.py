"""What the user has chosen last, from one start of Blender to the next."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import bpy

from .user_file import read_json, write_json

FILE_NAME = "choices.json"

_file: Path | None = None
_values: dict[str, Any] = {}


def open_memory(file: Path) -> None:
    """Read what was remembered; nothing where the file is damaged. What it says is to be checked by whoever asks."""
    global _file
    read = read_json(file)
    _file = file
    _values.clear()
    _values.update(read if isinstance(read, dict) else {})


def recall(name: str) -> Any:
    """What was remembered under a name; None where nothing was."""
    return _values.get(name)


def remember(**values: Any) -> None:
    """Keep these; for the next start too, but for what a script does in background mode."""
    if all(_values.get(name) == value for name, value in values.items()):
        return
    _values.update(values)
    if _file is not None and _in_window():
        write_json(_file, _values)


def _in_window() -> bool:
    return not bpy.app.background


def recall_folder(name: str) -> str:
    """A folder that was remembered, as a file browser takes it; "" where it is gone."""
    folder = recall(name)
    try:
        known = isinstance(folder, str) and Path(folder).is_dir()
    except (OSError, ValueError):  # a name too long, or with a zero byte
        known = False
    return f"{folder}{os.sep}" if known else ""


def remember_folder(name: str, path: Path | str) -> None:
    """Keep the folder that a path lies in."""
    remember(**{name: str(Path(path).parent)})
