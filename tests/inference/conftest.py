"""A portrait, and the draft of a face of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from likeness.inference.pipeline import PipelineOptions, reconstruct
from likeness.result.reconstruction import Reconstruction
from PIL import Image
from skimage import data


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """NASA's portrait of Eileen Collins."""
    path = tmp_path_factory.mktemp("photo") / "portrait.png"
    Image.fromarray(data.astronaut()).save(path)
    return path


@pytest.fixture(scope="module")
def draft(face_finder: None, photo: Path) -> Reconstruction:
    return reconstruct(photo, PipelineOptions(quality="draft", device="cpu"))
