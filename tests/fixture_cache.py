"""What takes long to make for tests is made once and kept in .bench/fixtures, which git ignores."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
FOLDER = REPOSITORY / ".bench" / "fixtures"
OLDER_KEPT = 2  # another process may still read them


def kept(name: str, make: Callable[[Path], None], *made_from: Path) -> Path:
    """A folder that ``make`` has filled; made anew when what it is made from (files, folders of sources) changes."""
    folder = FOLDER / f"{name}-{_fingerprint(made_from)}"
    if folder.is_dir():
        return folder
    FOLDER.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=FOLDER))
    try:
        make(work)
        for old in sorted(FOLDER.glob(f"{name}-*"), key=lambda path: path.stat().st_mtime)[:-OLDER_KEPT]:
            shutil.rmtree(old, ignore_errors=True)
        if not folder.is_dir():  # another process may have been faster
            work.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return folder


def _fingerprint(paths: tuple[Path, ...]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.suffix in {".py", ".npz", ".mat", ".txt"}:
                digest.update(os.fsencode(file.name))
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
