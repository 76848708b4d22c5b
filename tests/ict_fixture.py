"""ICT-FaceKit, from its packed file, and the face model that Likeness makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fixture_cache import REPOSITORY, kept

# Loaded by conftest before the extension may be installed: `likeness` only when a test asks.
if TYPE_CHECKING:
    from likeness.bfm.face_model import FaceModel


@pytest.fixture(scope="session")
def ict_file(shared_dir: Path) -> Path:
    """The packed ICT-FaceKit."""
    return shared_dir / "data" / "ict_facekit.npz"


@pytest.fixture(scope="session")
def ict_model_file(ict_file: Path) -> Path:
    """The completed model as it lies in a library."""

    def make(folder: Path) -> None:
        pytest.importorskip("scipy", reason="completing ICT-FaceKit takes SciPy, which is not installed")
        from likeness.bfm.face_model import save_face_model
        from likeness.bfm.formats.ict_facekit.reader import read
        from likeness.bfm.transfer.completing import complete

        save_face_model(complete(read(ict_file)), folder / "model.npz", compressed=False)

    return kept("ict_model", make, REPOSITORY / "bfm") / "model.npz"


@pytest.fixture(scope="session")
def ict_model(ict_model_file: Path) -> FaceModel:
    """The completed model: id ``ict``."""
    from likeness.bfm.face_model import load_face_model

    return load_face_model(ict_model_file)
