"""Result folders to build from, and an empty Blender file for every test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from likeness.bfm.library.registry import load_model
from likeness.result.folder import write_reconstruction
from synthetic import model_reconstruction, sheet_reconstruction

pytest.importorskip("bpy", reason="Blender's Python module is not installed")


@pytest.fixture(autouse=True)
def start_empty(empty_file: None) -> None:
    """Every test starts with a file without objects."""


@pytest.fixture
def sheet_folder(tmp_path: Path) -> Path:
    """A small bulged sheet with two keys, three joints, two parts and 1 mm of displacement."""
    folder = tmp_path / "Jürgen 张 sheet.likeness"
    write_reconstruction(sheet_reconstruction(), folder)
    return folder


@pytest.fixture(scope="session")
def head_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built-in model's mean face before a grey photo."""
    folder = tmp_path_factory.mktemp("head") / "head.likeness"
    photo = np.full((240, 200, 3), 120, np.uint8)
    write_reconstruction(model_reconstruction(load_model("builtin"), photo), folder)
    return folder
