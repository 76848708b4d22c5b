"""Several photos of one person: which of them leads, and how the others are kept in the result.

The main photo is the one that shows the face best: turned least, large and sharp. Its camera, pose, expression and
light are those of the `Reconstruction`; the others help to find the shape and show the sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np

from ..errors import LikenessError
from .detectors.crop import Crop
from .detectors.landmarks import PROFILE, choose_face, detect_faces, larger_face_missed
from .fitting.face_fit import FaceFit
from .fitting.view import View
from .images import Photo
from .skin.segmentation import skin_confidence

ENOUGH_PX = 400  # a face larger than this shows no more of the shape
SHARPNESS_PX = 128  # of the face, for comparing the sharpness of photos of different size
TURNED = "The face is nearly in profile: what the photo does not show of it is guessed."
LEFT_OUT = "{} is left out: {}"
LARGER_MISSED = "The largest face in {} is in profile or covered and cannot be measured: another one was taken."

Thing, Made = TypeVar("Thing"), TypeVar("Made")


class PhotoSet:
    """The photos as they were given, and which of them cannot be used, and why: one that can be is enough."""

    def __init__(self, paths: Sequence[Path | str]) -> None:
        self.paths = [Path(path) for path in paths]
        self.faults: dict[int, str] = {}  # place among the paths -> one sentence

    def usable(self, things: Mapping[int, Thing], work: Callable[[Thing], Made]) -> dict[int, Made]:
        """What is made of each thing, by the photo's place; those of which nothing can be made are among the faults.

        Raises:
            LikenessError: nothing can be made of any.
        """
        made: dict[int, Made] = {}
        for index, thing in things.items():
            try:
                made[index] = work(thing)
            except LikenessError as error:
                if len(self.paths) == 1:
                    raise
                self.faults[index] = str(error)
        if not made:
            raise LikenessError(self._none_left())
        return made

    def left_out(self) -> list[str]:
        """A sentence for each photo that is not used."""
        return [LEFT_OUT.format(self.paths[index].name, fault) for index, fault in sorted(self.faults.items())]

    def _none_left(self) -> str:
        names: dict[str, list[str]] = {}
        for index, fault in sorted(self.faults.items()):
            names.setdefault(fault, []).append(self.paths[index].name)
        reasons = "; ".join(f"{', '.join(photos)}: {fault.rstrip('.')}" for fault, photos in names.items())
        return f"None of these photos can be used ({reasons})."


def find_face(photo: Photo, looks: int, face: int | None) -> View:
    """The chosen face of a photo, else its largest. Raises `LikenessError`."""
    faces = detect_faces(photo, looks=looks)
    missed = face is None and larger_face_missed(photo, faces)
    told = (*photo.warnings, LARGER_MISSED.format(_name(photo))) if missed else photo.warnings
    return View(photo, choose_face(faces, face), len(faces), warnings=told)


def warnings_of(views: Sequence[View]) -> list[str]:
    """What the user should know of the photos that are used, the main one first."""
    turned = abs(views[0].landmarks.yaw) > PROFILE
    return [*(warning for view in views for warning in view.warnings), *([TURNED] if turned else [])]


def main_first(views: Sequence[View]) -> list[View]:
    """The photo that shows the face best, then the others in their order."""
    main = int(np.argmax([_merit(view) for view in views]))
    return [views[main], *views[:main], *views[main + 1 :]]


def with_skin(view: View) -> View:
    """The view with its skin looked for."""
    return replace(view, skin=skin_confidence(view.photo, view.landmarks))


def photo_records(views: Sequence[View], fits: Sequence[FaceFit]) -> list[dict[str, Any]]:
    """What ``face.json`` says of each photo of a set that is used."""
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
