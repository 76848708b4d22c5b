"""Files and folders that appear all at once: made beside their place and renamed.

A reader sees the old one or the new one, and a failure leaves the old one. Standard library alone, for Blender and the
engine's side alike. (`engine/` itself imports nothing of the project, and moves folders with a patience of its own.)
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def fresh_file(place: Path) -> Iterator[Path]:
    """A path to write to, of the same name, whose file takes ``place`` at the end; after an exception nothing is left.

    Raises:
        OSError: the disk does not let us.
    """
    with tempfile.TemporaryDirectory(prefix=".part-", dir=place.parent) as folder:
        yield Path(folder) / place.name
        (Path(folder) / place.name).replace(place)


def put_in_place(fresh: Path, place: Path, aside: Path) -> None:
    """Rename ``fresh`` to ``place``; what was there is ``aside`` then, and is back after any failure.

    Raises:
        OSError: the disk does not let us.
    """
    if place.exists():
        place.rename(aside)
    try:
        fresh.rename(place)
    except BaseException:  # an interrupt too
        if aside.exists():
            aside.rename(place)
        raise
