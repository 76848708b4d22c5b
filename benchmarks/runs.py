"""One photo through the pipeline, keeping what the tables need and nothing large."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ..bfm.model_ids import BUILTIN
from ..errors import LikenessError
from ..geometry.arrays import Pixels
from ..inference.pipeline import PipelineOptions, reconstruct
from ..inference.preview.contact_sheet import preview_image
from .photos import TILE_WIDTH, landmark_errors
from .scan_error import Prediction
from .systems import likeness_predictions


@dataclass(frozen=True)
class PhotoRun:
    """What one photo gave."""

    photo: Path
    predictions: dict[str, Prediction]  # of `likeness_predictions`
    landmark_errors: dict[str, float]  # percent of the inter-ocular distance
    timings: dict[str, float]  # seconds per stage
    preview: Pixels  # (H, TILE_WIDTH, 3)


def run_photo(photo: Path, model: str) -> PhotoRun:
    """Reconstruct a photo with a face model. Raises `LikenessError` as the pipeline does."""
    reconstruction = reconstruct(photo, PipelineOptions(model=model))
    sheet = preview_image(reconstruction)
    size = (TILE_WIDTH, round(sheet.shape[0] * TILE_WIDTH / sheet.shape[1]))
    return PhotoRun(
        photo,
        likeness_predictions(reconstruction),
        landmark_errors(reconstruction, photo),
        reconstruction.timings,
        np.asarray(cv2.resize(sheet, size, interpolation=cv2.INTER_AREA), dtype=np.uint8),
    )


def run_photos(photos: Sequence[Path], say: Callable[[str], None], model: str = BUILTIN) -> dict[Path, PhotoRun]:
    """Runs by photo; a photo that the pipeline refuses is told to ``say`` and left out."""
    runs = {}
    for number, photo in enumerate(photos, start=1):
        say(f"{model}: {number}/{len(photos)} {photo.name}")
        try:
            runs[photo] = run_photo(photo, model)
        except LikenessError as problem:
            say(f"{photo.name}: {problem}")
    return runs
