"""Several photos of one person: which of them leads, and how the others are kept in the result.

The main photo is the one that shows the face best: turned least, large and sharp. Its camera, pose, expression and
light are those of the `Reconstruction`; the others help to find the shape and show the sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..errors import LikenessError
from .detectors.crop import Crop
from .detectors.landmarks import choose_face, detect_faces
from .fitting.face_fit import FaceFit
from .fitting.view import View
from .images import Photo
from .skin.segmentation import skin_confidence

ENOUGH_PX = 400  # a face larger than this shows no more of the shape
SHARPNESS_PX = 128  # of the face, for comparing the sharpness of photos of different size


def find_face(photo: Photo, looks: int, face: int | None, named: bool) -> View:
    """The chosen face of a photo, else its largest. A `LikenessError` names the photo if ``named``."""
    try:
        faces = detect_faces(photo, looks=looks)
        return View(photo, choose_face(faces, face), len(faces))
    except LikenessError as error:
        raise (LikenessError(f"{_name(photo)}: {error}") if named else error) from None


def main_first(views: Sequence[View]) -> list[View]:
    """The photo that shows the face best, then the others in their order; each with its index in that order."""
    given = [replace(view, index=index) for index, view in enumerate(views)]
    main = int(np.argmax([_merit(view) for view in views]))
    return [given[main], *given[:main], *given[main + 1 :]]


def with_skin(view: View) -> View:
    """The view with its skin looked for."""
    return replace(view, skin=skin_confidence(view.photo, view.landmarks))


def photo_records(views: Sequence[View], fits: Sequence[FaceFit]) -> list[dict[str, Any]]:
    """What ``face.json`` says of each of several photos; nothing where there is but one."""
    if len(views) == 1:
        return []
    return [
        {
            "name": _name(view.photo),
            "index": view.index,
            "camera": {"intrinsics": _list(fit.camera.intrinsics), "image_size": list(view.photo.size)},
            "pose": {"rotation": _list(fit.camera.rotation), "translation": _list(fit.camera.translation)},
            "expression": _list(fit.expression),
            "lighting": _list(fit.light),
            "reprojection_error": fit.landmark_error,
        }
        for view, fit in zip(views, fits, strict=True)
    ]


def _merit(view: View) -> float:
    """How well a photo shows the face: cosine of its turn times what it resolves of the face."""
    landmarks = view.landmarks
    size = min(landmarks.size, ENOUGH_PX) / ENOUGH_PX
    return float(np.cos(landmarks.yaw)) ** 2 * np.sqrt(size * _sharpness(view))


def _sharpness(view: View) -> float:
    """Share of the face's contrast that is fine, at a common size."""
    x0, y0, x1, y1 = view.landmarks.box
    window = Crop(((x0 + x1) / 2, (y0 + y1) / 2), view.landmarks.size, resolution=SHARPNESS_PX)
    grey = cv2.cvtColor(window.take(view.photo.pixels), cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = grey - cv2.GaussianBlur(grey, (0, 0), 1.0)
    return float(fine.std() / max(grey.std(), 1e-3))


def _name(photo: Photo) -> str:
    return Path(photo.path).name if photo.path else "the photo"


def _list(values: Any) -> list[Any]:
    return values.detach().cpu().double().tolist()
