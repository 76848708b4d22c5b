"""Files written in a temporary folder beside their place and moved there when all of them are complete."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import LikenessError

# What one system or another does not take in a file name.
FORBIDDEN = dict.fromkeys([*map(ord, '<>:"/\\|?*'), *range(32)], "_")


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

    What was not made again stays, and after an exception everything does.

    Args:
        target: the main one of the files, whose name the sentence of an error says.

    Raises:
        LikenessError: the disk refuses, or one of Blender's exporters does.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".", dir=target.parent) as temporary:
            yield Path(temporary)
            _move(Path(temporary), target.parent)
    except OSError as error:
        raise LikenessError(f"{target} cannot be written ({error.strerror or error}).") from error
    except RuntimeError as error:
        raise LikenessError(f"{target} cannot be written ({last_line(error)}).") from error


def last_line(error: RuntimeError) -> str:
    """The reason in an operator's error: above it may stand the operator's own traceback."""
    return str(error).strip().splitlines()[-1].removeprefix("Error: ").rstrip(".")


def _move(source: Path, folder: Path) -> None:
    for path in sorted(source.iterdir()):
        place = folder / path.name
        if path.is_dir():
            place.mkdir(exist_ok=True)
            _move(path, place)
        else:
            path.replace(place)
