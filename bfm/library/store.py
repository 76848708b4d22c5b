"""The models and networks a user has brought, converted once: one folder each, with a record of where it came from.

They lie in the user's own data folder, so that the command line and every Blender on the machine share them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from ...errors import LikenessError
from ...interrupts import held
from ...replacing import put_in_place
from ...version import ID

FOLDER_VARIABLE = "LIKENESS_MODELS"
MODEL_FILE, RECORD_FILE = "model.npz", "record.json"
NETWORK_FILE = "network.pt"
ASIDE = "-old"
ABANDONED_S = 24 * 3600.0


@dataclass(frozen=True)
class SourceFile:
    """A file of the user's that went into a model."""

    name: str
    size: int  # bytes
    sha256: str


@dataclass(frozen=True)
class Record:
    """What stands in a folder of the library."""

    id: str
    name: str
    source: str
    licence: str
    kind: str  # "model" or "network"
    files: tuple[SourceFile, ...]
    likeness: str  # the version that converted it
    names_from: str = ""  # id of the model whose named expressions were carried over; "" where it has its own
    origin: str = ""  # the file or folder that the user pointed at
    vertices: int = 0
    expressions: int = 0


def models_folder() -> Path:
    """Where the library is; it need not exist."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / ID / "models"


def installed() -> dict[str, Record]:
    """The records of everything in the library by id, sorted; a folder whose record cannot be read is not in it."""
    records = {}
    for path in _record_files():
        try:
            record = _read_record(path)
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            continue
        if record.id == path.parent.name:
            records[record.id] = record
    return records


def check_library() -> None:
    """Raise `LikenessError` where nothing can be put into the library, before the work that it takes to make it."""
    library = models_folder()
    with _library_faults(library):
        library.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=library) as probe:
            probe.write(bytes(1))


def install(record: Record, write: Callable[[Path], None]) -> Path:
    """Let ``write`` fill a new folder and put it in the place of an older one of the same id; returns it.

    Raises:
        LikenessError: the disk does not let us. The older one stays.
    """
    library = models_folder()
    with _library_faults(library):
        library.mkdir(parents=True, exist_ok=True)
        _recover(library)
        _sweep(library, record.id)
        work = Path(tempfile.mkdtemp(prefix=f".{record.id}-", dir=library))
    try:
        write(work)
        (work / RECORD_FILE).write_text(json.dumps(asdict(record), indent=1), encoding="ascii")
        return _exchanged(work, library / record.id)
    except OSError as error:
        raise LikenessError(f"{record.name} cannot be written to {library}: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def remove(model_id: str) -> None:
    """Take a model or network out of the library. Raises `LikenessError`: there is none, or it cannot be deleted."""
    if model_id not in installed():
        raise LikenessError(f"There is no model {model_id!r} to remove; there are: {', '.join(installed()) or 'none'}.")
    place = models_folder() / model_id
    try:
        _delete(_aside(place), ignore_errors=True)  # of an installation that was killed: it would come back
        _delete(place)
    except OSError as error:
        raise LikenessError(f"{model_id} cannot be removed: {error.strerror or error}.") from error


def source_file(path: Path) -> SourceFile:
    """Name, size and checksum of a file. Raises `LikenessError` where it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
        return SourceFile(path.name, path.stat().st_size, digest.hexdigest())
    except OSError as error:
        raise LikenessError(f"{path} cannot be read: {error.strerror or error}.") from error


@contextmanager
def _library_faults(library: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LikenessError(f"The folder {library} cannot be written: {error.strerror or error}.") from error


def _record_files() -> list[Path]:
    try:
        _recover(models_folder())
        return sorted(models_folder().glob(f"*/{RECORD_FILE}"))
    except OSError:  # a folder that may not be looked into holds nothing for us
        return []


def _read_record(path: Path) -> Record:
    values = json.loads(path.read_text(encoding="utf-8"))
    record = Record(**{**values, "files": tuple(SourceFile(**file) for file in values["files"])})
    numbers = {"vertices", "expressions"}
    for name in {field.name for field in fields(Record)} - {"files"}:
        if not isinstance(getattr(record, name), int if name in numbers else str):
            raise TypeError(name)
    return record


def _recover(library: Path) -> None:
    """Put back what was set aside for a newer one by an installation that was killed before that one came."""
    for aside in library.glob(f".*{ASIDE}"):
        place = library / aside.name[1:].removesuffix(ASIDE)
        if not place.exists():
            with suppress(OSError):  # a library that may only be read
                aside.rename(place)


def _sweep(library: Path, model_id: str) -> None:
    """Delete what an installation left that was killed; a younger folder may be another's at work."""
    for path in library.glob(f".{model_id}-*"):
        if path.stat().st_mtime < time.time() - ABANDONED_S:
            shutil.rmtree(path, ignore_errors=True)


def _aside(place: Path) -> Path:
    return place.with_name(f".{place.name}{ASIDE}")


def _exchanged(work: Path, place: Path) -> Path:
    aside = _aside(place)
    _delete(aside, ignore_errors=True)
    with held():
        put_in_place(work, place, aside)
    _delete(aside, ignore_errors=True)
    return place


def _delete(folder: Path, ignore_errors: bool = False) -> None:
    """Delete a folder; of a link to one, which a user with a full disk may have made, the link alone."""
    if folder.is_symlink():
        folder.unlink()
    else:
        shutil.rmtree(folder, ignore_errors)
