"""The built-in model, ready to use."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from ..face_model import FaceModel, load_face_model

BUILTIN_FILE = Path(__file__).with_name("model.npz")


@lru_cache(maxsize=1)
def builtin_model() -> FaceModel:
    """The built-in model, read once. Raises `LikenessError` where its file is missing or damaged."""
    return load_face_model(BUILTIN_FILE)
