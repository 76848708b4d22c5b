"""Adding and checking whatever the library holds: face models, which need NumPy, and networks, which need PyTorch.

The layout of FaceScape's networks, which is neither, is kept as a network.
"""

from __future__ import annotations

from pathlib import Path

from ..bfm.formats.facescape.predef_folder import NAME, recognises_predef, source_files
from ..bfm.library import importing
from ..bfm.library.importing import COMPLETE, READ, WRITE, Importer
from ..bfm.library.layings import laid_builtin
from ..bfm.library.networks import FACESCAPE_LAYOUT, KnownNetwork, known_network
from ..bfm.library.store import NETWORK_FILE, Record, install, installed, models_folder
from ..errors import LikenessError
from ..progress import OnProgress
from ..version import VERSION


def add(path: Path, full: bool = False, progress: OnProgress = lambda *_: None) -> Record:
    """Bring the model or network in a file or folder into the library; see `bfm.library.importing.add_model`."""
    return importing.add_model(path, full, progress, others=(_network_importer(), _layout_importer()))


def check(model_id: str) -> list[str]:
    """What is wrong with a model or network of the library, a sentence each; none: all is well.

    Raises:
        LikenessError: there is none of this id.
    """
    record = installed().get(model_id)
    if record is None or record.kind == "model":
        return importing.check_model(model_id)
    folder = models_folder() / model_id
    try:
        if model_id == FACESCAPE_LAYOUT:
            from .facescape_relief.layout import check_layout

            check_layout(folder)
        else:
            from .networks.official import load_network

            load_network(model_id, folder / NETWORK_FILE)
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
    record = _record(known, official.source_files(path), path)
    progress(f"Writing {record.name}", WRITE)
    install(record, lambda folder: official.save_network(network, folder / NETWORK_FILE))
    return record


def _layout_importer() -> Importer:
    return Importer(f"the folder {NAME} of FaceScape's displacement networks", recognises_predef, _add_layout)


def _add_layout(path: Path, _full: bool, progress: OnProgress) -> Record:
    from .facescape_relief import predef

    progress("Reading", READ)
    layout, positions = predef.read(path)
    known = known_network(FACESCAPE_LAYOUT)
    record = _record(known, source_files(path), path)
    progress(f"Completing {record.name}", COMPLETE)
    laid_builtin(layout.source())  # which takes its time, and is remembered
    progress(f"Writing {record.name}", WRITE)
    install(record, lambda folder: layout.save(folder, positions))
    return record


def _record(known: KnownNetwork, files: list[Path], path: Path) -> Record:
    """Of what is no face model and was found at ``path``."""
    return Record(
        id=known.id,
        name=known.name,
        source=known.source,
        licence=known.licence,
        kind="network",
        files=importing.described(files, path),
        likeness=VERSION,
        origin=str(path.absolute()),
    )
