"""`View`: one photo of the face that is fitted."""

from __future__ import annotations

from dataclasses import dataclass

from ...geometry.arrays import Floats
from ..detectors.landmarks import FaceLandmarks
from ..images import Photo


@dataclass(frozen=True)
class View:
    """A photo and the face in it."""

    photo: Photo
    landmarks: FaceLandmarks
    faces: int = 1  # how many the photo shows
    skin: Floats | None = None  # (H, W) confidence that a pixel is this face's; None for the quick fit
    index: int = 0  # its place among the photos as they were given
    warnings: tuple[str, ...] = ()  # sentences on what the user should know of the photo
