"""Adding and checking whatever the library holds: face models, which need NumPy, and networks, which need PyTorch."""

from __future__ import annotations

from pathlib import Path

from ..bfm.library import importing
from ..bfm.library.importing import READ, WRITE, Importer
from ..bfm.library.store import NETWORK_FILE, Record, install, installed, models_folder
from ..errors import LikenessError
from ..progress import OnProgress
from ..version import VERSION


def add(path: Path, full: bool = False, progress: OnProgress = lambda *_: None) -> Record:
    """Bring the model or network in a file or folder into the library; see `bfm.library.importing.add_model`."""
    return importing.add_model(path, full, progress, others=(_network_importer(),))


def check(model_id: str) -> list[str]:
    """What is wrong with a model or network of the library, a sentence each; none: all is well.

    Raises:
        LikenessError: there is none of this id.
    """
    record = installed().get(model_id)
    if record is None or record.kind == "model":
        return importing.check_model(model_id)
    from .networks.official import load_network

    try:
        load_network(model_id, models_folder() / model_id / NETWORK_FILE)
    except LikenessError as error:
        return [f"{error} Add {record.name} again."]
    return importing.changed_sources(record)


def _network_importer() -> Importer:
    from .networks.official import ACCEPTS, recognises

    return Importer(ACCEPTS, recognises, _add_network)


def _add_network(path: Path, _full: bool, progress: OnProgress) -> Record:
    from .networks import official

    progress("Reading", READ)
    known, network = official.identify(path)
    record = Record(
        id=known.id,
        name=known.name,
        source=known.source,
        licence=known.licence,
        kind="network",
        files=importing.described(official.source_files(path), path),
        likeness=VERSION,
        origin=str(path.absolute()),
    )
    progress(f"Writing {record.name}", WRITE)
    install(record, lambda folder: official.save_network(network, folder / NETWORK_FILE))
    return record
