"""What a reader could have found in somebody's files: the least that a `SourceModel` holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library import importing
from likeness.bfm.library.importing import Importer, install_model
from likeness.bfm.library.registry import load_model
from likeness.bfm.library.store import Record
from likeness.bfm.source_model import SourceModel
from likeness.bfm.transfer import completing
from likeness.progress import OnProgress


def other_source(model_id: str = "other") -> SourceModel:
    """One triangle with no modes."""
    return SourceModel(
        id=model_id,
        name=model_id.title(),
        source="tests",
        licence="nobody's",
        mean=np.zeros((3, 3)),
        faces=np.array([[0, 1, 2, -1]]),
        identity_basis=np.zeros((0, 3, 3)),
        expression_basis=np.zeros((0, 3, 3)),
        expression_names=(),
        expression_ranges=np.zeros((0, 2)),
        expression_std=np.zeros(0),
        landmarks68=None,
        extra={"kept_too": np.array([1, 2, 3])},
    )


def complete_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Completing, which has tests of its own, takes the built-in model's numbers."""

    def complete(source: SourceModel, donor: FaceModel, _lay: object) -> FaceModel:
        return replace(load_model("builtin"), id=source.id, name=source.name, licence=source.licence)

    monkeypatch.setattr(completing, "complete", complete)


def read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The only files that hold models end in ``.dat``, and hold `other_source` under their names."""

    def add(path: Path, full: bool, progress: OnProgress) -> Record:
        return install_model(other_source("full" if full else path.stem), [path], path, progress)

    complete_at_once(monkeypatch)
    known = (Importer("anything.dat", lambda path: path.suffix == ".dat", add),)
    monkeypatch.setattr(importing, "model_importers", lambda: known)
