"""Adding a model of the user's to the library: recognised, read, completed, checked, installed; and checking it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from ...errors import LikenessError
from ...progress import OnProgress
from ...version import VERSION
from ..face_model import FaceModel, load_face_model, save_face_model
from ..model_ids import BUILTIN, ICT
from ..source_model import SourceModel
from .checking import faults_of
from .registry import load_model
from .store import MODEL_FILE, Record, SourceFile, check_library, install, installed, models_folder, source_file

NAMES_DONOR = ICT  # the model whose named expressions are the best to carry over, where the user has it
# Shares of the whole: reading, completing (the registration takes the longest), checking and writing.
READ, COMPLETE, WRITE = 0.05, 0.3, 0.85


@dataclass(frozen=True)
class Importer:
    """One kind of file that can be added."""

    accepts: str  # what it takes, for the sentence about a path that nothing takes
    recognises: Callable[[Path], bool]
    add: Callable[[Path, bool, OnProgress], Record]


def add_model(
    path: Path, full: bool = False, progress: OnProgress = lambda *_: None, others: tuple[Importer, ...] = ()
) -> Record:
    """Bring the model in a file or folder into the library, in the place of an earlier one of the same id.

    Args:
        path: what the user points at.
        full: the whole mesh and all modes, where the format has a customary smaller form.
        progress: told the stage and how much of the whole is done (0 to 1).
        others: what can be added that is no face model.

    Raises:
        LikenessError: nothing or more than one thing takes the path, its files are wrong, or the disk does not let us.
            The library is as it was.
    """
    importers = (*model_importers(), *others)
    try:
        if not path.exists():
            raise LikenessError(f"There is no file or folder {path}.")
        if not (path.is_file() or path.is_dir()):  # reading a device or a pipe may never end
            raise LikenessError(f"{path} is neither a file nor a folder.")
        found = [importer for importer in importers if importer.recognises(path)]
    except OSError as error:
        raise LikenessError(f"{path} cannot be read: {error.strerror or error}.") from error
    if not found:
        accepted = "; ".join(importer.accepts for importer in importers)
        raise LikenessError(f"{path} holds nothing that Likeness knows; it takes: {accepted}.")
    if len(found) > 1:
        accepted = "; ".join(importer.accepts for importer in found)
        raise LikenessError(f"{path} holds more than one model, so point at the file of the one you mean: {accepted}.")
    check_library()
    return found[0].add(path, full, progress)


def install_model(
    source: SourceModel, files: list[Path], origin: Path, progress: OnProgress = lambda *_: None, address: str = ""
) -> Record:
    """Complete what a reader has read and put it into the library.

    ``address`` is where ``origin``, which goes away again, was downloaded from. Raises `LikenessError`.
    """
    from ..transfer.completing import complete
    from .layings import laid_builtin

    donor = _names_donor(source.id)
    progress(f"Completing {source.name}", COMPLETE)
    model = _single_precision(complete(source, donor, laid_builtin))
    progress(f"Writing {source.name}", WRITE)
    carried = set(model.expression_names) - set(source.expression_names)
    record = Record(
        id=model.id,
        name=model.name,
        source=model.source,
        licence=model.licence,
        kind="model",
        files=described(files, origin),
        likeness=VERSION,
        names_from=donor.id if carried else "",
        origin=address or str(origin.absolute()),
        vertices=len(model.mean),
        expressions=len(model.expression_names),
    )

    def write(folder: Path) -> None:
        save_face_model(model, folder / MODEL_FILE, {**source.extra}, compressed=False)
        if faults := faults_of(load_face_model(folder / MODEL_FILE)):
            raise LikenessError(f"{model.name} cannot be used: {faults[0]}.")

    install(record, write)
    progress(f"Writing {source.name}", 1.0)
    return record


def check_model(model_id: str) -> list[str]:
    """What is wrong with a model, a sentence each; none: all is well. Raises `LikenessError` for an unknown id."""
    try:
        faults = [f"{model_id}: {fault}." for fault in faults_of(load_model(model_id))]
    except LikenessError:
        if model_id != BUILTIN and model_id not in installed():
            raise
        faults = [f"{models_folder() / model_id / MODEL_FILE} cannot be read: add {model_id} again."]
    record = installed().get(model_id)
    return faults + (changed_sources(record) if record else [])


def changed_sources(record: Record) -> list[str]:
    """The user's files that still lie where the model came from and are no longer the same, a sentence each."""
    folder = _folder_of(Path(record.origin))
    sentences = []
    for file in record.files:
        path = folder / file.name
        if record.origin and path.is_file() and source_file(path).sha256 != file.sha256:
            sentences.append(f"{path} is not the file any more that {record.name} was made of: add it again.")
    return sentences


def described(files: list[Path], origin: Path) -> tuple[SourceFile, ...]:
    """Name, as seen from where the user pointed, size and checksum of each file."""
    folder = _folder_of(origin)
    found = []
    for file in files:
        name = file.relative_to(folder).as_posix() if file.is_relative_to(folder) else file.name
        found.append(replace(source_file(file), name=name))
    return tuple(found)


def _folder_of(origin: Path) -> Path:
    return origin if origin.is_dir() else origin.parent


def older_names(record: Record) -> list[str]:
    """Names of the models whose named expressions came from another model than they would now that ``record`` came."""
    if record.id != NAMES_DONOR:
        return []
    others = (other for other in installed().values() if other.id != record.id)
    return [other.name for other in others if other.names_from and other.names_from != NAMES_DONOR]


def _names_donor(model_id: str) -> FaceModel:
    if model_id != NAMES_DONOR and NAMES_DONOR in installed():
        return load_model(NAMES_DONOR)
    return load_model(BUILTIN)


def _single_precision(model: FaceModel) -> FaceModel:
    """The model with arrays half as large: a tenth of a micrometre is precise enough."""
    values = {field.name: getattr(model, field.name) for field in fields(model)}
    wide = {name: value for name, value in values.items() if getattr(value, "dtype", None) == np.float64}
    return replace(model, **{name: value.astype(np.float32) for name, value in wide.items()})


def model_importers() -> tuple[Importer, ...]:
    """One for each format of face models."""
    # Their libraries are slow to load, and a list of models needs none of them.
    from ..formats.basel import reader as basel
    from ..formats.basel import statismo
    from ..formats.facescape import reader as facescape
    from ..formats.flame import reader as flame
    from ..formats.gnm import reader as gnm
    from ..formats.ict_facekit import reader as ict_facekit

    return (
        Importer(
            "BFM 2009 (the folder with 01_MorphableModel.mat and Exp_Pca.bin)",
            basel.recognises,
            _adder(basel.read, basel.source_files),
        ),
        _of_one_form("BFM 2017 or 2019 (its .h5)", statismo),
        _of_one_form("ICT-FaceKit (its folder or zip)", ict_facekit),
        _of_one_form("FLAME (its .pkl or the folder with it)", flame),
        _of_one_form("FaceScape's bilinear model 1.6 (its .npz or the folder with it)", facescape),
        _of_one_form("GNM Head (gnm_head.npz or the folder with it)", gnm),
    )


class _Reader(Protocol):
    """A reader's module."""

    def recognises(self, path: Path) -> bool: ...
    def read(self, path: Path) -> SourceModel: ...
    def source_files(self, path: Path) -> list[Path]: ...


def _of_one_form(accepts: str, reader: _Reader) -> Importer:
    """For a format that knows no smaller form of its model."""
    return Importer(
        accepts, reader.recognises, _adder(lambda path, _: reader.read(path), lambda path, _: reader.source_files(path))
    )


def _adder(
    read: Callable[[Path, bool], SourceModel], source_files: Callable[[Path, bool], list[Path]]
) -> Callable[[Path, bool, OnProgress], Record]:
    """What adds the model that a reader reads."""

    def add(path: Path, full: bool, progress: OnProgress) -> Record:
        progress("Reading", READ)
        files = source_files(path, full)
        return install_model(read(path, full), files, path, progress)

    return add
