"""Faces and their landmarks in a photo, with an honest one-sigma uncertainty per point.

Points are pixels of the upright photo (first pixel centre at (0.5, 0.5)); sets and tables: ``bfm/landmarks.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..bfm.landmarks import FACE_OVAL_LOOP, dense_to_ibug68, ibug68_to_five, inter_ocular_distance
from ..errors import LikenessError
from .detectors.mesh import find_meshes
from .images import Photo

MIN_FACE_PX = 48
BASE_NOISE = 0.012  # share of the inter-ocular distance
OVAL_NOISE = 0.05
RIGHT_CHEEK, LEFT_CHEEK = 234, 454  # dense points before the ears

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FaceLandmarks:
    """One face of a photo. N is 478 for the scheme ``dense``, 68 for ``ibug68``."""

    points: Floats  # (N, 2) pixels
    scheme: str  # "dense" | "ibug68"
    uncertainty: Floats  # (N,) pixels, one sigma
    depth: Floats | None  # (N,) relative depth in pixels, smaller is nearer; None where the detector knows none
    box: Floats  # (4,) x0 y0 x1 y1 pixels
    detector: str
    confidence: float

    def ibug68(self) -> Floats:
        """The 68 points of 300-W, (68, 2) pixels."""
        return dense_to_ibug68(self.points) if self.scheme == "dense" else self.points

    def five(self) -> Floats:
        """Right eye, left eye, nose tip, right and left mouth corner, (5, 2) pixels."""
        return ibug68_to_five(self.ibug68())

    @property
    def yaw(self) -> float:
        """Rough turn of the head, radians: positive to the subject's left (towards the right of the picture)."""
        if self.depth is not None:
            side = np.hypot(*(self.points[LEFT_CHEEK] - self.points[RIGHT_CHEEK]))
            return float(np.arctan2(self.depth[LEFT_CHEEK] - self.depth[RIGHT_CHEEK], side))
        right, left, nose = self.points[0], self.points[16], self.points[30]
        across = left - right
        share = float(np.dot(nose - right, across) / max(float(np.dot(across, across)), 1e-9))
        return float(np.arcsin(np.clip(2 * share - 1, -1, 1)))

    @property
    def inter_ocular(self) -> float:
        """Distance of the outer eye corners, pixels."""
        return inter_ocular_distance(self.ibug68())

    @property
    def size(self) -> float:
        """Longer side of the box, pixels."""
        return float(max(self.box[2:] - self.box[:2]))


def detect_faces(photo: Photo, max_faces: int = 16, predictor_path: Path | None = None) -> list[FaceLandmarks]:
    """Faces of a photo, the largest first; ``LikenessError`` where there is none or none is large enough."""
    faces = sorted((_from_mesh(mesh) for mesh in find_meshes(photo.pixels)), key=lambda face: -face.size)
    if not faces:
        raise LikenessError("No face was found in the photo: choose one where a face is clearly visible.")
    large = [face for face in faces if face.size >= MIN_FACE_PX]
    if not large:
        size = faces[0].size
        raise LikenessError(f"The face is only {size:.0f} pixels large; at least {MIN_FACE_PX} are needed.")
    return large[:max_faces]


def choose_face(faces: list[FaceLandmarks], index: int | None = None) -> FaceLandmarks:
    """The face with this index (0 is the largest), or the largest."""
    index = 0 if index is None else index
    if not 0 <= index < len(faces):
        count = "is 1 face" if len(faces) == 1 else f"are {len(faces)} faces"
        raise LikenessError(f"There is no face {index} in the photo: there {count}, counted from 0.")
    return faces[index]


def _from_mesh(mesh: Floats) -> FaceLandmarks:
    points = mesh[:, :2]
    sigma = np.full(len(points), BASE_NOISE)
    sigma[list(FACE_OVAL_LOOP)] = OVAL_NOISE
    box = np.concatenate([points[:468].min(axis=0), points[:468].max(axis=0)])
    unit = inter_ocular_distance(dense_to_ibug68(points))
    return FaceLandmarks(points, "dense", sigma * unit, mesh[:, 2], box, "mediapipe", 1.0)
