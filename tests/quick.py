"""Running `quick_command.py` as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

COMMAND = [sys.executable, str(Path(__file__).with_name("quick_command.py"))]


def quick(*arguments: str | bytes | Path, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """The command's outcome; what is not asked for is captured."""
    streams = {name: options.pop(name, subprocess.PIPE) for name in ("stdout", "stderr")}
    return subprocess.run([*COMMAND, *arguments], timeout=120, check=False, **streams, **options)


def small_picture(path: Path) -> Path:
    """A picture file whose name says nothing of its format."""
    with path.open("wb") as stream:
        Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(stream, "PNG")
    return path
