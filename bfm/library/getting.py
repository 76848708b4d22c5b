"""*Get ICT-FaceKit*: the official repository's zip, downloaded, checked, converted and put into the library."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

from ...errors import LikenessError
from ...network.download import download
from ...progress import OnProgress
from ..formats.ict_facekit.reader import read, source_files
from .store import Record, models_folder

# The repository has not changed since commit da5f95a of December 2020; should it, the digests of `facekit.py` tell.
ARCHIVE = "https://github.com/ICT-VGL/ICT-FaceKit/archive/refs/heads/master.zip"
ABOUT_BYTES = 130e6  # GitHub does not say how long the zips are that it makes
STEP_BYTES = 10_000_000
DOWNLOADED = 0.6  # share of the whole


def get_ict(progress: OnProgress = lambda stage, fraction: None, url: str = ARCHIVE) -> Record:
    """Bring ICT-FaceKit into the library from the internet; whatever ``progress`` raises ends it and leaves no trace.

    Raises:
        LikenessError: the download failed or is not ICT-FaceKit, or the disk does not let us.
    """
    from .importing import install_model

    def later(stage: str, share: float) -> None:
        progress(stage, DOWNLOADED + share * (1 - DOWNLOADED))

    library = models_folder()
    try:
        library.mkdir(parents=True, exist_ok=True)
        work = tempfile.TemporaryDirectory(prefix=".ict-", dir=library)
    except OSError as error:
        raise LikenessError(f"The folder {library} cannot be written: {error.strerror or error}.") from error
    with work as folder:
        path = Path(folder) / "ICT-FaceKit.zip"
        download(url, path, lambda done, total: _tell(progress, done, total))
        if not zipfile.is_zipfile(path):
            raise LikenessError(f"{url} gave something that is no zip file: try again later.")
        progress("Reading ICT-FaceKit", DOWNLOADED)
        try:
            source = read(path)
        except LikenessError as error:
            raise LikenessError(str(error).replace(str(path), url)) from error
        return install_model(source, source_files(path), path, later, address=url)


def _tell(progress: OnProgress, done: int, total: int | None) -> None:
    megabytes = done // STEP_BYTES * STEP_BYTES // 1_000_000
    of = f" of {total / 1e6:.0f}" if total else ""
    progress(f"Downloading ICT-FaceKit: {megabytes}{of} MB", DOWNLOADED * min(done / (total or ABOUT_BYTES), 1.0))
