"""Small files of this user, in JSON: what Likeness remembers, whether or not Blender saves preferences."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

from ..replacing import fresh_file


def read_json(file: Path) -> Any:
    """What is in a file; None where there is none, or it is damaged."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def write_json(file: Path, value: Any) -> None:
    """Write a file, which is the old one or the new one at any time; a full disk costs the memory only."""
    with contextlib.suppress(OSError), fresh_file(file) as fresh:
        fresh.write_text(json.dumps(value), encoding="utf-8")
