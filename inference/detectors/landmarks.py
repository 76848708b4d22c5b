"""Faces and their landmarks in a photo, with an honest one-sigma uncertainty per point.

Points are pixels of the upright photo (first pixel centre at (0.5, 0.5)); sets and tables: ``anatomy/landmarks.py``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...anatomy.landmarks import (
    DENSE,
    DENSE_FACE_COUNT,
    IBUG68,
    Dense,
    Ibug,
    LandmarkScheme,
    ibug68_to_five,
    inter_ocular_distance,
)
from ...errors import LikenessError
from ...geometry.arrays import Floats64
from ...libraries import PREDICTOR_VARIABLE
from ..images import Photo
from . import mediapipe_models
from .crop import Crop
from .dlib68 import find_68
from .search import FEWEST_LOOKS, find_faces, unmeasured_faces
from .uncertainty import point_sigma

MIN_FACE_PX = 48
DRAFT_LOOKS, FINAL_LOOKS = FEWEST_LOOKS, 6  # at each face, of which the mean is taken
SIGMA_68, SIGMA_68_JAW = 0.025, 0.05  # share of the inter-ocular distance (300-W errors of the predictor)
# By `FaceLandmarks.yaw`, which falls short of the truth: 45 degrees are 55, and of 80 and more it tells 55 at most. The
# confidence does not tell whether the mesh lies on such a face or shows another one, less turned.
PROFILE = np.radians(45)
NO_FACE = "No face was found in the photo: choose one where a face is clearly visible."
NO_LANDMARKS = (
    "The face in the photo is in profile, or too little of it is visible: choose a photo that shows both eyes and the"
    " mouth."
)
STEADY_SPREAD = 0.01  # share of the face's size at which half the confidence is gone


@dataclass(frozen=True)
class FaceLandmarks:
    """One face of a photo: the N points of a scheme."""

    points: Floats64  # (N, 2) pixels
    scheme: LandmarkScheme
    uncertainty: Floats64  # (N,) pixels, one sigma per axis
    depth: Floats64 | None  # (N,) relative depth in pixels, smaller is nearer; None where the detector knows none
    box: Floats64  # (4,) x0 y0 x1 y1 pixels
    detector: str  # "mediapipe" | "dlib"
    confidence: float  # (0, 1]: 1 when repeated looks at the face agree exactly

    def ibug68(self) -> Floats64:
        """The 68 points of 300-W, (68, 2) pixels."""
        return self.scheme.ibug68(self.points)

    def five(self) -> Floats64:
        """Right eye, left eye, nose tip, right and left mouth corner, (5, 2) pixels."""
        return ibug68_to_five(self.ibug68())

    def oval(self) -> Floats64:
        """Outline of the face, (N, 2) pixels; the forehead is guessed from the jaw's depth where it has no points."""
        if self.scheme.oval:
            return self.points[list(self.scheme.oval)]
        points = self.ibug68()
        up = 0.6 * (points[Ibug.NOSE_BRIDGE] - points[Ibug.CHIN]) / 2
        return np.concatenate([points[Ibug.JAW], points[Ibug.BROWS][::-1] + up])

    @property
    def yaw(self) -> float:
        """Rough turn of the head, radians: positive to the subject's left (towards the right of the picture)."""
        if self.depth is not None:
            right, left = Dense.BEFORE_RIGHT_EAR, Dense.BEFORE_LEFT_EAR
            side = np.hypot(*(self.points[left] - self.points[right]))
            return float(np.arctan2(self.depth[left] - self.depth[right], side))
        right, left, nose = self.points[[Ibug.RIGHT_JAW_END, Ibug.LEFT_JAW_END, Ibug.NOSE_TIP]]
        across = left - right
        share = float(np.dot(nose - right, across) / max(float(np.dot(across, across)), 1e-9))
        return float(np.arcsin(np.clip(2 * share - 1, -1, 1)))

    @property
    def inter_ocular(self) -> float:
        """Distance of the outer eye corners in the picture, pixels."""
        return inter_ocular_distance(self.ibug68())

    @property
    def size(self) -> float:
        """Longer side of the box, pixels."""
        return float(max(self.box[2:] - self.box[:2]))


def detect_faces(
    photo: Photo, max_faces: int = 16, predictor_path: Path | None = None, looks: int = FINAL_LOOKS
) -> list[FaceLandmarks]:
    """Faces of a photo, the largest first; ``LikenessError`` where there is none or none is large enough.

    ``looks`` at each face are averaged. With ``predictor_path``, or its path in the
    environment variable LIKENESS_DLIB_PREDICTOR, dlib's 68-point predictor is used instead of MediaPipe.
    """
    predictor = predictor_path or os.environ.get(PREDICTOR_VARIABLE)
    if predictor:
        found = [_from_68(points, spread) for points, spread in find_68(photo.pixels, Path(predictor))]
    else:
        found = [_from_mesh(mesh, spread) for mesh, spread in find_faces(photo.pixels, looks)]
    faces = sorted(found, key=lambda face: -face.size)
    if not faces:
        raise LikenessError(NO_LANDMARKS if _unmeasured_size(photo, []) else NO_FACE)
    large = [face for face in faces if face.size >= MIN_FACE_PX]
    if not large:
        size = faces[0].size
        raise LikenessError(f"The face is only {size:.0f} pixels large; at least {MIN_FACE_PX} are needed.")
    return large[:max_faces]


def larger_face_missed(photo: Photo, faces: list[FaceLandmarks]) -> bool:
    """Whether a face that is larger than all these is in the photo and has no landmarks."""
    return _unmeasured_size(photo, faces) > max(face.size for face in faces)


def choose_face(faces: list[FaceLandmarks], index: int | None = None) -> FaceLandmarks:
    """The face with this index (0 is the largest), or the largest; ``LikenessError`` when there is no such face."""
    index = 0 if index is None else index
    if not 0 <= index < len(faces):
        count = "is 1 face" if len(faces) == 1 else f"are {len(faces)} faces"
        raise LikenessError(f"There is no face {index} in the photo: there {count}, counted from 0.")
    return faces[index]


def _unmeasured_size(photo: Photo, faces: list[FaceLandmarks]) -> float:
    """Side in pixels of the largest face that is surely there and is none of these; 0 where there is none."""
    if not mediapipe_models.available():
        return 0.0
    frames = [Crop((float(face.box[::2].mean()), float(face.box[1::2].mean())), face.size) for face in faces]
    return float(unmeasured_faces(photo.pixels, frames)[:, 2].max(initial=0.0))


def _from_mesh(mesh: Floats64, spread: Floats64) -> FaceLandmarks:
    box = _box(mesh[:DENSE_FACE_COUNT, :2])
    confidence = _confidence(spread, box)
    return FaceLandmarks(mesh[:, :2], DENSE, point_sigma(mesh, spread), mesh[:, 2], box, "mediapipe", confidence)


def _from_68(points: Floats64, spread: Floats64) -> FaceLandmarks:
    share = np.full(len(points), SIGMA_68)
    share[Ibug.JAW] = SIGMA_68_JAW
    sigma = np.hypot(share * inter_ocular_distance(points), spread)
    box = _box(points)
    return FaceLandmarks(points, IBUG68, sigma, None, box, "dlib", _confidence(spread, box))


def _box(points: Floats64) -> Floats64:
    return np.concatenate([points.min(axis=0), points.max(axis=0)])


def _confidence(spread: Floats64, box: Floats64) -> float:
    """From the agreement of repeated looks: one half where they differ by ``STEADY_SPREAD`` of the face."""
    share = float(np.median(spread)) / max(float(max(box[2:] - box[:2])), 1e-9)
    return 1 / (1 + (share / STEADY_SPREAD) ** 2)
