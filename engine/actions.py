"""What the engine can do: the heavy side of the worker, which loads PyTorch, MediaPipe and the pipeline."""

from __future__ import annotations

import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mediapipe  # noqa: F401  # first used in the middle of a job, where loading it would be a long silence
import numpy as np
import torch

from ..errors import LikenessError
from ..inference.detectors.crop import Crop
from ..inference.device import choose_device, fault
from ..inference.image_files import write_image
from ..inference.images import read_photo
from ..inference.landmarks import FaceLandmarks, detect_faces
from ..inference.pipeline import PipelineOptions, Progress
from ..inference.pipeline import reconstruct as run_pipeline
from ..inference.reconstruction import write_reconstruction
from ..version import VERSION
from .protocol import PROTOCOL, Hello

THUMBNAIL_PX = 128
THUMBNAIL_MARGIN = 1.5  # its side / the longer side of the face's box

Action = Callable[[dict[str, Any], Progress], dict[str, Any]]


def introduction() -> Hello:
    """What the process says of itself, after it has tried the devices."""
    device = choose_device("auto")[0].type
    built = {"cuda": torch.backends.cuda.is_built(), "mps": torch.backends.mps.is_built()}
    faults = {name: fault(name) for name in built if built[name] and device == "cpu"}
    note = "".join(f"Using the CPU, because {name} does not work here ({why})." for name, why in faults.items())
    return Hello(PROTOCOL, VERSION, platform.python_version(), torch.__version__, device, note)


def reconstruct(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Photo to result folder; where the memory of the device is too small the CPU does it."""
    values = dict(arguments)
    photo, folder = Path(values.pop("photo")), Path(values.pop("out"))
    options = PipelineOptions(**values)
    note = ""
    result = run_pipeline(photo, options, progress)
    write_reconstruction(result, folder)
    return {
        "folder": str(folder),
        "timings": result.timings,
        "faces_found": result.landmarks["faces_found"],
        "device": note or result.provenance["device"],
    }


def find_faces(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """The faces of a photo, largest first, each with its box (pixels) and a small square picture of it."""
    folder = Path(arguments["out"])
    progress("reading", 0.0)
    photo = read_photo(arguments["photo"])
    progress("landmarks", 0.2)
    faces = detect_faces(photo)
    progress("thumbnails", 0.9)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        found = [_thumbnail(photo.pixels, face, folder / f"face-{i}.png") for i, face in enumerate(faces)]
    except OSError as error:
        raise LikenessError(f"The faces' pictures cannot be written to {folder}: {error.strerror or error}.") from error
    return {"faces": found, "size": list(photo.size)}


def _thumbnail(pixels: np.ndarray, face: FaceLandmarks, path: Path) -> dict[str, Any]:
    x0, y0, x1, y1 = (float(edge) for edge in face.box)
    window = Crop(((x0 + x1) / 2, (y0 + y1) / 2), face.size * THUMBNAIL_MARGIN, resolution=THUMBNAIL_PX)
    write_image(path, window.take(pixels))
    return {"box": [x0, y0, x1, y1], "thumbnail": str(path)}


ACTIONS: dict[str, Action] = {"reconstruct": reconstruct, "find_faces": find_faces}
