"""*Get ICT-FaceKit*, *Get GNM Head*: downloaded from their owners, checked, converted and put into the library."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from types import ModuleType

from ...errors import LikenessError
from ...network.download import download
from ...progress import OnProgress
from ..formats.gnm import reader as gnm
from ..formats.ict_facekit import reader as ict_facekit
from ..model_ids import GNM, ICT
from .sources import DOWNLOADS, Download
from .store import Record, models_folder, source_file

READERS: dict[str, ModuleType] = {ICT: ict_facekit, GNM: gnm}
STEP_BYTES = 10_000_000
DOWNLOADED = 0.6  # share of the whole


def get_model(model_id: str, progress: OnProgress = lambda stage, fraction: None) -> Record:
    """Bring a model of `DOWNLOADS` into the library from the internet.

    Whatever ``progress`` raises ends it and leaves no trace.

    Raises:
        LikenessError: the download failed or is not this model, or the disk does not let us.
    """
    from .importing import install_model

    source = DOWNLOADS.get(model_id)
    if source is None or source.download is None:
        raise LikenessError(f"{model_id} cannot be downloaded here; what can: {', '.join(DOWNLOADS)}.")
    name, wanted, reader = source.name, source.download, READERS[model_id]

    def later(stage: str, share: float) -> None:
        progress(stage, DOWNLOADED + share * (1 - DOWNLOADED))

    library = models_folder()
    try:
        library.mkdir(parents=True, exist_ok=True)
        work = tempfile.TemporaryDirectory(prefix=f".{model_id}-", dir=library)
    except OSError as error:
        raise LikenessError(f"The folder {library} cannot be written: {error.strerror or error}.") from error
    with work as folder:
        path = Path(folder) / wanted.name
        download(wanted.address, path, lambda done, total: _tell(progress, name, done, total or wanted.size))
        _check(path, wanted)
        progress(f"Reading {name}", DOWNLOADED)
        try:
            read = reader.read(path)
        except LikenessError as error:
            raise LikenessError(str(error).replace(str(path), wanted.address)) from error
        return install_model(read, reader.source_files(path), path, later, address=wanted.address)


def _check(path: Path, wanted: Download) -> None:
    """Raise where a server gave something else; nothing of the file is opened before."""
    if not zipfile.is_zipfile(path):  # as an .npz is too
        raise LikenessError(f"{wanted.address} gave something that is no zip file: try again later.")
    found = source_file(path)
    if wanted.sha256 and found.sha256 != wanted.sha256:
        raise LikenessError(
            f"{wanted.address} gave another file than the one that Likeness knows "
            f"({found.size} bytes in place of {wanted.size}, or others): try again later."
        )


def _tell(progress: OnProgress, name: str, done: int, total: int) -> None:
    megabytes = done // STEP_BYTES * STEP_BYTES // 1_000_000
    progress(f"Downloading {name}: {megabytes} of {total / 1e6:.0f} MB", DOWNLOADED * min(done / total, 1.0))
