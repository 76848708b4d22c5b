"""Where a result is written: a folder whose files take the place of an earlier result's when they are complete.

numpy and the standard library only: Blender's own Python writes with this module, and a place that will not do is
refused before anything heavy is loaded.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..errors import LikenessError
from ..replacing import LEAVING, LOCK, NEW, OLD, fresh_folder, real_path
from .file_names import BLEND_FILE, BLEND_SUFFIX, FACE_FILE, MESH_FILE
from .reconstruction import IMAGE_FILES, OTHER_FILES

RESULT_FILES = (FACE_FILE, MESH_FILE, *IMAGE_FILES, *OTHER_FILES)
BLEND_DIGEST = "blend_sha256"  # key of the face file: of the scene that was written with it


@dataclass
class FreshResult:
    """A result at work."""

    folder: Path  # to be filled
    place: Path  # where its files will be
    note: str = ""  # one sentence about what became of an earlier result, at the end


@contextmanager
def fresh_result(place: Path, beside: tuple[str, ...] = ()) -> Iterator[FreshResult]:
    """An empty folder to fill, whose files replace those of an earlier result in ``place`` at the end.

    What else is in ``place`` stays. After an exception all is as it was.

    Args:
        place: made if it is not there.
        beside: names of further files that belong to the earlier result and go with it. A scene among them that its
            user has changed stays under another name.

    Raises:
        LikenessError: before the block, a result must not or cannot be written there, or another process writes one;
            after it, the disk does not let us.
    """
    with ExitStack() as stack:
        with disk_faults(place):
            _check(place)
            folder = stack.enter_context(fresh_folder(place, FACE_FILE, {*RESULT_FILES, *beside}))
        fresh = FreshResult(folder, real_path(place))
        try:
            yield fresh
            with disk_faults(place):
                _sign(fresh)
                if BLEND_FILE in beside:
                    _keep_edited(fresh)
                stack.close()
        except LikenessError as error:  # nobody knows the folder that is gone
            raise LikenessError(str(error).replace(str(folder), str(place))) from error


@contextmanager
def disk_faults(place: Path) -> Iterator[None]:
    """Tell in a sentence that a result cannot be written."""
    try:
        yield
    except BlockingIOError as error:
        raise LikenessError(
            f"Another process is writing a result to {place}; wait for it or choose another folder."
        ) from error
    except OSError as error:
        raise LikenessError(f"The result cannot be written to {place}: {error.strerror or error}.") from error


def _check(place: Path) -> None:
    """Raise `LikenessError` where a result must not be written: over a file, or among what is no result."""
    if not place.exists():
        return
    if not place.is_dir():
        raise LikenessError(f"{place} is a file; choose another name for the result folder.")
    names = {path.name for path in place.iterdir()}
    if names - {NEW, LEAVING, OLD, LOCK} and not names & {FACE_FILE, LEAVING, OLD}:
        raise LikenessError(f"{place} holds other files and no Likeness result; choose another folder.")


def _sign(fresh: FreshResult) -> None:
    """Let the face file know the scene, so that it can be told from one that was changed since."""
    scene, path = fresh.folder / BLEND_FILE, fresh.folder / FACE_FILE
    if scene.exists():
        face = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**face, BLEND_DIGEST: _digest(scene)}, indent=1), encoding="utf-8")


def _keep_edited(fresh: FreshResult) -> None:
    """Take along an earlier result's scene that is not as it was written, or of which nobody knows, by another name."""
    scene = fresh.place / BLEND_FILE
    if not scene.is_file() or _digest(scene) == _known_digest(fresh.place / FACE_FILE):
        return
    name, number = scene.name, 0
    while (fresh.place / name).exists():
        number += 1
        name = f"{scene.stem}.{number}{BLEND_SUFFIX}"
    shutil.copy2(scene, fresh.folder / name)
    fresh.note = f"{BLEND_FILE} may hold changes of yours; it is kept as {name}."


def _known_digest(face_file: Path) -> str:
    try:
        return str(json.loads(face_file.read_text(encoding="utf-8")).get(BLEND_DIGEST))
    except (OSError, ValueError, AttributeError, RecursionError):
        return ""


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
