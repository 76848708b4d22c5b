"""Files written in a temporary folder beside their place and moved there when all of them are complete."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import LikenessError
from ..interrupts import held
from ..replacing import fresh_file

# What one system or another does not take in a file name.
FORBIDDEN = dict.fromkeys([*map(ord, '<>:"/\\|?*'), *range(32)], "_")
# The last line of a traceback of Python's about the disk, and what the system says in it.
SYSTEM_ERROR = re.compile(r"\w+: \[\w+ \d+\] ([^:]+)")


def file_stem(name: str) -> str:
    """A name as a file's name without its suffix, as near to it as every system allows."""
    return name.translate(FORBIDDEN).strip(" .") or "_"


def free_path(folder: Path, stem: str, suffix: str) -> Path:
    """A file in ``folder`` whose name no other one took, on disks that do not tell capitals apart either."""
    taken = {path.stem.lower() for path in folder.iterdir()}
    candidates = (stem if i == 0 else f"{stem}_{i}" for i in range(len(taken) + 1))
    return folder / (next(name for name in candidates if name.lower() not in taken) + suffix)


@contextmanager
def staged_files(target: Path) -> Iterator[Path]:
    """Give a temporary folder whose files go beside ``target``, over those of an earlier export, when all is written.

    What was not made again stays, and after an exception everything does. A link is written through.

    Args:
        target: the main one of the files, whose name the sentence of an error says.

    Raises:
        LikenessError: the disk refuses, or one of Blender's exporters does.
    """
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        with tempfile.TemporaryDirectory(prefix=".", dir=target.parent) as temporary:
            try:
                yield Path(temporary)
            except LikenessError as error:  # nobody knows the folder that is gone
                raise LikenessError(str(error).replace(temporary, str(target.parent))) from error
            with held():
                _move(Path(temporary), target.parent)
    except OSError as error:
        raise LikenessError(f"{target} cannot be written ({error.strerror or error}).") from error
    except RuntimeError as error:
        raise LikenessError(f"{target} cannot be written ({reason(error)}).") from error


def reason(error: RuntimeError) -> str:
    """The reason in an operator's error, around which may stand the operator's own traceback and its place."""
    lines = [line for line in str(error).strip().splitlines() if not line.startswith("Location: ")]
    last = lines[-1] if lines else "Blender does not say why"
    said = SYSTEM_ERROR.match(last)
    return said[1] if said else last.removeprefix("Error: ").rstrip(".")


def _move(source: Path, folder: Path) -> None:
    for path in sorted(source.iterdir()):
        place = folder / path.name
        if path.is_dir():
            place.mkdir(exist_ok=True)
            _move(path, place)
        elif place.is_symlink():
            with fresh_file(place) as fresh:  # on whichever disk that is
                shutil.move(path, fresh)
        else:
            path.replace(place)
