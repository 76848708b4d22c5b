"""Scan-to-mesh distance in the manner of the NoW challenge (Sanyal et al., CVPR 2019), in three alignments.

``scaled``: similarity from seven landmarks, then ICP with scale, as NoW does. ``anchored``: the landmarks keep weight
in the ICP, so a wrong face cannot slide along itself to where it fits better. ``metric``: rigid only, in the
prediction's own millimetres. Distances are from 20,000 scan points to the predicted triangles, mm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry.arrays import Floats, Ints
from ..geometry.closest import SearchableSurface
from ..geometry.similarity import Similarity, umeyama
from .alignment import Anchors, icp
from .scan import Scan
from .surfaces import welded_border

CORE_RADIUS_MM = 60.0  # eyes, nose, mouth and cheeks


@dataclass(frozen=True)
class Prediction:
    """A face that some system made of a picture, in its own frame."""

    vertices: Floats  # (V, 3)
    triangles: Ints  # (T, 3)
    landmarks7: Floats  # (7, 3), order of `benchmarks.scan`
    mm_per_unit: float | None  # None: the system does not claim a size


@dataclass(frozen=True)
class Summary:
    """Distances in mm: the three numbers of the NoW table."""

    median: float
    mean: float
    std: float


@dataclass(frozen=True)
class ScanError:
    """Error in one alignment."""

    full: Summary  # every scored scan point
    core: Summary  # those within `CORE_RADIUS_MM` of the face centre
    covered: Summary  # those whose closest point is not on the prediction's open border
    coverage: float  # share of the latter
    landmark_rms: float  # mm
    pose: Similarity  # prediction -> scan


def scan_errors(scan: Scan, prediction: Prediction) -> dict[str, ScanError]:
    """Errors by alignment: ``scaled``, ``anchored`` and, where the prediction claims a size, ``metric``."""
    landmarks = prediction.landmarks7
    start = umeyama(landmarks, scan.landmarks7)
    border = welded_border(prediction.vertices, prediction.triangles)
    surface = SearchableSurface(prediction.vertices, prediction.triangles, border)
    cloud = (surface, scan.points, scan.point_normals)
    poses = {
        "scaled": icp(*cloud, start, scale_free=True),
        "anchored": icp(*cloud, start, scale_free=True, anchors=Anchors(landmarks, scan.landmarks7)),
    }
    if prediction.mm_per_unit is not None:
        rigid = umeyama(landmarks, scan.landmarks7, scale=prediction.mm_per_unit)
        poses["metric"] = icp(*cloud, rigid, scale_free=False)
    return {name: _error(scan, surface, landmarks, pose) for name, pose in poses.items()}


def _error(scan: Scan, surface: SearchableSurface, landmarks: Floats, pose: Similarity) -> ScanError:
    found = surface.closest(pose.undo(scan.points))
    distances, covered = found.distance * pose.scale, ~surface.on_border(found)
    core = np.linalg.norm(scan.points - scan.centre, axis=1) < CORE_RADIUS_MM
    gaps = np.linalg.norm(pose.apply(landmarks) - scan.landmarks7, axis=1)
    return ScanError(
        full=summarise(distances),
        core=summarise(distances[core]),
        covered=summarise(distances[covered]),
        coverage=float(covered.mean()),
        landmark_rms=float(np.sqrt((gaps**2).mean())),
        pose=pose,
    )


def summarise(distances: Floats) -> Summary:
    """Median, mean and standard deviation; not a number where there is no distance."""
    if not len(distances):
        return Summary(*(float("nan"),) * 3)
    return Summary(float(np.median(distances)), float(distances.mean()), float(distances.std()))
