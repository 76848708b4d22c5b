"""What can be told of a zip without reading what is in it, ``.npz`` files included."""

from __future__ import annotations

import zipfile
from pathlib import Path


def zip_names(path: Path) -> list[str] | None:
    """The names in a zip; None where it is none, is damaged or cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):  # a damaged directory raises any of these
        return None
