"""A bilinear model of FaceScape's form in the library of a test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from likeness.bfm.face_model import FaceModel, save_face_model
from likeness.bfm.library.store import MODEL_FILE, Record, install
from likeness.bfm.model_ids import FACESCAPE


def install_bilinear(model: FaceModel, extra: dict[str, np.ndarray]) -> Path:
    """Its file, with arrays beside the model's own."""
    record = Record(FACESCAPE, "FaceScape", "tests", "none", "model", (), "test")
    folder = install(record, lambda place: save_face_model(model, place / MODEL_FILE, extra, compressed=False))
    return folder / MODEL_FILE
