"""The measures of FaceScape's benchmark for faces of one picture (Zhu et al., TPAMI 2023), on the heads at hand.

As there: the head has the size of an average one between the pupils, the prediction may move in depth only, which makes
it larger or smaller as the camera is a real one, and both surfaces are compared on a cylinder round the head. Not as
there, the pose is not the prediction's own, which stored meshes lack, but that of the anchored alignment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry.arrays import Floats, Ints
from ..geometry.closest import SearchableSurface
from ..geometry.normals import unit
from ..inference.camera import Camera
from .cylinder import CylinderMap, roll_up, unroll
from .normal_error import see
from .scan import Scan

PUPILS_MM = 62.85  # mean of women and men
PICTURE_PX = 256  # longer side of the pictures in which depth is compared
EVERY = 4  # of so many points one is measured to the whole other surface, which moves the mean by 0.002 mm
AXIS_MM = 90.0  # from the centre of the face back to the axis of a head of that size


@dataclass(frozen=True)
class CylinderError:
    """Three measures of one face; not a number where nothing can be compared."""

    completeness: float  # CR: share of the truth's rays that meet the prediction too
    chamfer: float  # CD: mean distance, both ways, of the rolled-up common points to the other surface, mm
    normals: float  # MNE: radians, of the squeezed normals of `normal_error`


@dataclass(frozen=True)
class ProtocolView:
    """The truth, and what a camera sees of it."""

    scan: Scan
    cylinder: CylinderMap  # of the scan
    camera: Camera  # of a small picture
    depth: Floats  # (H, W) mm, infinite where nothing is seen


def scan_on_cylinder(scan: Scan) -> CylinderMap:
    """The truth unrolled."""
    return unroll(_centred(scan, scan.vertices), scan.triangles)


def protocol_view(scan: Scan, cylinder: CylinderMap, camera: Camera) -> ProtocolView:
    """The truth for the predictions of one picture."""
    small = camera.scaled(PICTURE_PX / max(camera.image_size))
    return ProtocolView(scan, cylinder, small, see(scan.vertices, scan.triangles, small).depth)


def cylinder_error(view: ProtocolView, laid: Floats, triangles: Ints) -> CylinderError:
    """All measures of a prediction that is laid (V, 3) on the scan."""
    moved = at_best_depth(view, laid, triangles)
    if moved is None:
        return CylinderError(*(float("nan"),) * 3)
    return compare(view.cylinder, unroll(_centred(view.scan, moved), triangles))


def compare(truth: CylinderMap, seen: CylinderMap) -> CylinderError:
    """The measures of two maps."""
    common = truth.hit & seen.hit
    if not common.any():
        return CylinderError(*(float("nan"),) * 3)
    completeness = float(common.sum() / truth.hit.sum())
    surfaces = [roll_up(each.radius, common) for each in (truth, seen)]
    return CylinderError(completeness, _chamfer(*surfaces), normal_error(truth.normals[common], seen.normals[common]))


def normal_error(truth: Floats, seen: Floats) -> float:
    """Mean angle, radians, of normals (N, 3) to each of whose components 1 is added first.

    That squeezes all directions into an eighth of the sphere; the published figures are of such angles.
    """
    cosine = (unit(truth + 1) * unit(seen + 1)).sum(axis=1)
    return float(np.arccos(np.clip(cosine, -1, 1)).mean())


def at_best_depth(view: ProtocolView, vertices: Floats, triangles: Ints) -> Floats | None:
    """Vertices (V, 3) nearer to the camera or farther, and as much smaller or larger: the picture stays.

    The shift is that of least absolute differences in depth over the pixels that show both, which is their median; the
    authors look for it with SLSQP. None where no pixel shows both.
    """
    seen = see(vertices, triangles, view.camera).depth
    common = np.isfinite(seen) & np.isfinite(view.depth)
    if not common.any():
        return None
    depth = view.depth[common]
    shift = float(np.median(depth - seen[common]))
    rotation, translation = view.camera.rotation.numpy(), view.camera.translation.numpy()
    camera = -translation @ rotation
    return camera + (vertices - camera) * depth.mean() / (depth.mean() - shift)


def _centred(scan: Scan, vertices: Floats) -> Floats:
    """Points (V, 3) of the scan's space about the axis of the head, in the size of an average one."""
    right, left = scan.landmarks7[:2].mean(axis=0), scan.landmarks7[2:4].mean(axis=0)
    return (vertices - scan.centre) * PUPILS_MM / np.linalg.norm(right - left) + np.array([0, 0, AXIS_MM])


def _chamfer(one: tuple[Floats, Ints], other: tuple[Floats, Ints]) -> float:
    if not len(one[1]) or not len(other[1]):
        return float("nan")
    there, back = (SearchableSurface(*b).closest(a[0][::EVERY]).distance for a, b in ((one, other), (other, one)))
    return float(np.concatenate([there, back]).mean())
