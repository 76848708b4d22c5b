"""What the engine can do: the heavy side of the worker, which loads PyTorch, the pipeline and, if there, MediaPipe."""

from __future__ import annotations

import gc
import platform
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..bfm.builtin import blink  # noqa: F401  # used amid a job only, where an interrupt could load it by half
from ..bfm.library.importing import model_importers
from ..bfm.library.registry import load_model
from ..errors import LikenessError
from ..inference.detectors import mediapipe_models
from ..inference.detectors.crop import Crop
from ..inference.detectors.landmarks import FaceLandmarks, detect_faces
from ..inference.device import choose_device, fault
from ..inference.doctor import findings
from ..inference.finishing import finish as finish_fit
from ..inference.images import read_photo
from ..inference.pipeline import PipelineOptions
from ..inference.pipeline import reconstruct as run_pipeline
from ..libraries import OPTIONAL
from ..progress import OnProgress
from ..result.choices import AUTO, CPU, CUDA, DEVICES, MPS
from ..result.folder import write_reconstruction
from ..result.image_files import write_image
from ..result.kept_fit import read_fit, write_stock_keys
from ..result.reconstruction import Reconstruction
from ..version import VERSION
from .model_actions import add_model, check_models, get_model
from .protocol import PROTOCOL, Hello

THUMBNAIL_PX = 128
THUMBNAIL_SIDE = 1.7  # side of the thumbnail over the longer side of the face's box, which ends at the hairline
# What errors of libraries without an exception for too little memory say: PyTorch on three systems, OpenCV.
MEMORY_WORDS = ("out of memory", "can't allocate memory", "not enough memory", "insufficient memory")

Action = Callable[[dict[str, Any], OnProgress], dict[str, Any]]

# These load the readers and MediaPipe, of which the same is true as of `personal_blink`.
model_importers()
mediapipe_models.available()


def introduction() -> Hello:
    """What the process says of itself, after it has tried the devices."""
    device = choose_device(AUTO)[0].type
    built = {CUDA: torch.backends.cuda.is_built(), MPS: torch.backends.mps.is_built()}
    faults = [f"{name} does not work here ({fault(name)})" for name in built if built[name] and device == CPU]
    note = f"Using the CPU, because {' and '.join(faults)}." if faults else ""
    return Hello(PROTOCOL, VERSION, platform.python_version(), torch.__version__, device, note)


def reconstruct(arguments: dict[str, Any], progress: OnProgress) -> dict[str, Any]:
    """``photo``, or the ``photos`` of one person, to the result folder ``out``; all else are `PipelineOptions`."""
    options = dict(arguments)
    photos = [Path(photo) for photo in options.pop("photos", None) or [options.pop("photo")]]
    folder = Path(options.pop("out"))
    result, note = _within_memory(lambda chosen: run_pipeline(photos, chosen, progress), PipelineOptions(**options))
    write_reconstruction(result, folder)
    return _made(result, folder, note)


def finish(arguments: dict[str, Any], progress: OnProgress) -> dict[str, Any]:
    """Texture and detail of the fit in the folder ``fit`` and its ``photos``, to the result folder ``out``.

    All else are `PipelineOptions`. Beside the result lie the model's own keys, of which a draft's are copies.
    """
    options = dict(arguments)
    photos, folder = [Path(photo) for photo in options.pop("photos")], Path(options.pop("out"))
    kept = read_fit(Path(options.pop("fit")))
    result, note = _within_memory(lambda o: finish_fit(kept, photos, o, progress), PipelineOptions(**options))
    write_reconstruction(result, folder)
    write_stock_keys(folder, load_model(result.model["id"]).expression_basis)
    return _made(result, folder, note)


def find_faces(arguments: dict[str, Any], progress: OnProgress) -> dict[str, Any]:
    """The faces of ``photo``, the largest first, each with its box in pixels and a small square picture in ``out``."""
    folder = Path(arguments["out"])
    progress("reading", 0.0)
    photo = read_photo(arguments["photo"])
    progress("landmarks", 0.2)
    faces = detect_faces(photo)  # as thoroughly as for a final result, so that their order is the same
    progress("thumbnails", 0.9)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        found = [_thumbnail(photo.pixels, face, folder / f"face-{i}.png") for i, face in enumerate(faces)]
    except OSError as error:
        raise LikenessError(f"The faces' pictures cannot be written to {folder}: {error.strerror or error}.") from error
    return {"faces": found, "size": list(photo.size)}


def probe(arguments: dict[str, Any], progress: OnProgress) -> dict[str, Any]:
    """Versions, a sentence per device, and what is missing, as ``likeness doctor`` tells them."""
    found = list(findings(OPTIONAL))
    return {
        "versions": {finding.name: finding.text for finding in found if finding.name not in DEVICES},
        "devices": {finding.name: finding.text for finding in found if finding.name in DEVICES},
        "missing": [finding.name for finding in found if finding.missing],
    }


ACTIONS: dict[str, Action] = {
    "reconstruct": reconstruct,
    "finish": finish,
    "find_faces": find_faces,
    "probe": probe,
    "add_model": add_model,
    "get_model": get_model,
    "check_models": check_models,
}


def _made(result: Reconstruction, folder: Path, note: str) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "timings": result.timings,
        "warnings": result.warnings,
        "faces_found": result.landmarks["faces_found"],
        "device": note or result.provenance["device"],
    }


def _within_memory(
    work: Callable[[PipelineOptions], Reconstruction], options: PipelineOptions
) -> tuple[Reconstruction, str]:
    """Work on the device asked for, or on the CPU where its memory is too small, with a sentence on that."""
    device = choose_device(options.device)[0].type
    try:
        return work(options), ""
    except Exception as error:
        if isinstance(error, LikenessError) or not _is_out_of_memory(error):
            raise
    # Out of the handler, whose traceback would keep the tensors alive.
    gc.collect()
    if device != CPU:
        if device == CUDA:
            torch.cuda.empty_cache()
        result, note = _within_memory(work, replace(options, device=CPU))
        return result, note or f"Used the CPU, because the memory of {device} was too small."
    raise LikenessError("There is not enough memory: close other programs or choose smaller textures.")


def _is_out_of_memory(error: Exception) -> bool:
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(words in text for words in MEMORY_WORDS)


def _thumbnail(pixels: np.ndarray, face: FaceLandmarks, path: Path) -> dict[str, Any]:
    x0, y0, x1, y1 = (float(edge) for edge in face.box)
    window = Crop(((x0 + x1) / 2, (y0 + y1) / 2), face.size * THUMBNAIL_SIDE, resolution=THUMBNAIL_PX)
    write_image(path, window.take(pixels))
    return {"box": [x0, y0, x1, y1], "thumbnail": str(path)}
