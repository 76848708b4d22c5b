"""How well the reconstructed face lies over the landmarks of real photos.

The error is the mean distance of the 68 points in percent of the inter-ocular distance. That distance is the model's
own, outer eye corner to outer eye corner, in pixels at the face's depth: it does not shrink in a profile view.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.io import loadmat

from ..anatomy.landmarks import Ibug, inter_ocular_distance
from ..geometry.arrays import Floats, Pixels
from ..result.reconstruction import Reconstruction
from .displaced import posed_vertices

PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png")
# Without the jaw line, which data sets place differently in turned faces.
INNER_POINTS = slice(Ibug.JAW.stop, Ibug.COUNT)
TILE_WIDTH = 640


def photo_paths(folder: Path) -> list[Path]:
    """The photos of a folder by name."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in PHOTO_SUFFIXES)


def aflw_landmarks(photo: Path) -> Floats | None:
    """AFLW2000-3D's ``pt3d_68`` beside a photo as (68, 2) pixels, or None where there is no ``.mat``.

    The file counts from MATLAB's 1 at the centre of the first pixel; here that centre is (0.5, 0.5).
    """
    path = photo.with_suffix(".mat")
    return loadmat(path)["pt3d_68"][:2].T.astype(float) - 0.5 if path.is_file() else None


def landmark_errors(reconstruction: Reconstruction, photo: Path) -> dict[str, float]:
    """Percent of the inter-ocular distance: against the ``detector``, and against ``AFLW`` (all, inner points)."""
    camera_points = _camera_landmarks(reconstruction)
    projected = camera_points @ reconstruction.intrinsics.T
    points = projected[:, :2] / projected[:, 2:]
    focal, depth = reconstruction.intrinsics[0, 0], camera_points[[Ibug.RIGHT_EYE_OUTER, Ibug.LEFT_EYE_OUTER], 2].mean()
    unit = inter_ocular_distance(camera_points) * focal / depth / 100
    gaps = np.linalg.norm(points - np.asarray(reconstruction.landmarks["ibug68"]), axis=1) / unit
    errors = {"detector": float(gaps.mean())}
    reference = aflw_landmarks(photo)
    if reference is not None:
        gaps = np.linalg.norm(points - reference, axis=1) / unit
        errors |= {"AFLW": float(gaps.mean()), "AFLW inner": float(gaps[INNER_POINTS].mean())}
    return errors


def contact_sheet(tiles: Sequence[Pixels], columns: int = 3) -> Pixels:
    """Tiles (H, W, 3), all of one size, in rows of ``columns``; the last row is filled up with black."""
    gaps = [np.zeros_like(tiles[0])] * (-len(tiles) % columns)
    complete = [*tiles, *gaps]
    return np.vstack([np.hstack(complete[start : start + columns]) for start in range(0, len(complete), columns)])


def _camera_landmarks(reconstruction: Reconstruction) -> Floats:
    """The 68 points of the posed face in camera space (68, 3), metres."""
    points = posed_vertices(reconstruction.mesh)[reconstruction.mesh.landmarks68]
    return points @ reconstruction.rotation.T + reconstruction.translation
