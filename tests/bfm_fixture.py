"""A stand-in for the files of the Basel Face Model 2009, and the face model that Likeness makes of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fixture_cache import REPOSITORY, kept

# Loaded by conftest before the extension may be installed: `likeness` only when a test asks.
if TYPE_CHECKING:
    from likeness.bfm.face_model import FaceModel


@pytest.fixture(scope="session")
def bfm_files(shared_dir: Path) -> Path:
    """A folder with a made-up 01_MorphableModel.mat, Exp_Pca.bin and std_exp.txt and Deep3D's own tables beside."""
    tool, tables = shared_dir / "tools" / "make_bfm_fixture.py", shared_dir / "data" / "bfm_index"

    def make(folder: Path) -> None:
        inputs = ["--index-dir", tables, "--uv", tables / "BFM_UV.mat", "--ict", shared_dir / "data/ict_facekit.npz"]
        subprocess.run([sys.executable, tool, folder, "--light", *inputs], check=True, capture_output=True)
        for table in tables.glob("*.mat"):
            shutil.copyfile(table, folder / table.name)

    return kept("bfm_files", make, tool, tables)


@pytest.fixture(scope="session")
def bfm_model_file(bfm_files: Path) -> Path:
    """The completed model of ``bfm_files`` as it lies in a library, with its extra arrays."""
    from likeness.bfm.face_model import save_face_model
    from likeness.bfm.formats.basel.reader import read
    from likeness.bfm.transfer.completing import complete

    def make(folder: Path) -> None:
        source = read(bfm_files)
        save_face_model(complete(source), folder / "model.npz", source.extra, compressed=False)

    return kept("bfm_model", make, REPOSITORY / "bfm") / "model.npz"


@pytest.fixture(scope="session")
def bfm_model(bfm_model_file: Path) -> FaceModel:
    """The completed model of ``bfm_files``: id ``bfm2009``."""
    from likeness.bfm.face_model import load_face_model

    return load_face_model(bfm_model_file)
