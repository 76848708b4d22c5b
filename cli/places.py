"""Whether what a command makes can lie where it is wanted: asked before the work, which may take minutes."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import LikenessError
from ..replacing import NEW

STAGED = "x" * 12  # as long as the name of a temporary folder, in which Blender writes
BLENDER_PATH = 1023  # bytes of the longest path that Blender keeps whole


def absolute_place(path: Path) -> Path:
    """The path from the root, as Blender understands it: two slashes at its start are the folder of its own file."""
    path = path.absolute()
    return Path("/", *path.parts[1:]) if path.root == "//" else path


def check_folder(path: Path) -> None:
    """Raise `LikenessError` where no result folder can have this path, or Blender would not take its files."""
    from ..result.reconstruction import IMAGE_FILES

    check_file(path, path / NEW / STAGED / max(IMAGE_FILES, key=len))


def check_file(path: Path, longest: Path | None = None) -> None:
    """Raise `LikenessError` where no file can have this path, or Blender would not take it, or the ``longest``."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError) as error:  # a name too long; a zero byte
        reason = getattr(error, "strerror", None) or error
        raise LikenessError(f"{path} cannot be written: {reason}.") from error
    if os.sep == "/" and "\\" in str(path):
        raise LikenessError(f"{path} has a backslash, which Blender takes for a slash: choose another place.")
    if len(os.fsencode(longest or path)) > BLENDER_PATH:
        raise LikenessError(f"{path} is longer than Blender can keep it: choose another place.")
