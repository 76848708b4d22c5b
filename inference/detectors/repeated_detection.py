"""Looking at one face several times: averages of upright, shifted and mirrored windows, and their spread.

One look of the mesh network scatters by about half a percent of the inter-ocular distance and treats left and
right differently by twice that; the mean over a few windows and their mirror images has less of both.
"""

from __future__ import annotations

import numpy as np

from ...anatomy.landmarks import DENSE_FACE_COUNT, Dense, dense_mirror
from ...geometry.arrays import Floats64, Pixels
from .crop import Crop
from .mesh import find_meshes

WINDOW = 1.8  # window side / face side
RESOLUTION = 256
AGREEMENT = 0.12  # median distance to the other looks, share of the face's side
# Shift across and down (share of the window), zoom, turn in radians; each also mirrored, in this order.
SHIFTS = ((0.0, 0.0, 1.0, 0.0), (0.03, -0.02, 1.08, 0.08), (-0.03, 0.02, 0.92, -0.08), (0.02, 0.03, 1.15, 0.04))

MeshAndSpread = tuple[Floats64, Floats64]  # mean of several looks (478, 3), their deviation (478,); photo pixels


def face_frame(mesh: Floats64) -> Crop:
    """The upright square round a mesh (478, D): its angle is the tilt of the line through the eyes."""
    points = mesh[:DENSE_FACE_COUNT, :2]
    right, left = (mesh[list(ids), :2].mean(axis=0) for ids in (Dense.RIGHT_EYE_CORNERS, Dense.LEFT_EYE_CORNERS))
    angle = float(np.arctan2(*(left - right)[::-1]))
    axes = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    low, high = (points @ axes.T).min(axis=0), (points @ axes.T).max(axis=0)
    centre = (low + high) / 2 @ axes
    return Crop((float(centre[0]), float(centre[1])), float(max(high - low)), angle, RESOLUTION)


def averaged_mesh(pixels: Pixels, rough: Floats64, looks: int) -> MeshAndSpread | None:
    """Mean (478, 3) and standard deviation (478,) in pixels over ``looks`` windows round a rough mesh.

    None when a closer look does not find the same face: then there was none.
    """
    first = _look(pixels, _windows(face_frame(rough), 1)[0], rough)
    if first is None:
        return None
    frame = face_frame(first)
    seen = [found for crop in _windows(frame, looks) if (found := _look(pixels, crop, first)) is not None]
    if 2 * len(seen) <= looks:
        return None
    stack = np.stack(seen)
    distance = np.median(np.linalg.norm((stack - np.median(stack, axis=0))[:, :DENSE_FACE_COUNT, :2], axis=-1), axis=1)
    stack = stack[distance <= max(AGREEMENT / 3 * frame.side, distance.min())]
    spread = np.sqrt(stack[..., :2].var(axis=0).sum(axis=-1) / 2 * len(stack) / max(len(stack) - 1, 1))
    return stack.mean(axis=0), spread


def _windows(frame: Crop, looks: int) -> list[Crop]:
    """The first ``looks`` windows round a face's frame: plain and mirrored in turn."""
    windows = []
    for number in range(looks):
        across, down, zoom, turn = SHIFTS[number // 2 % len(SHIFTS)]
        side = WINDOW * zoom * frame.side
        centre = (frame.centre[0] + across * side, frame.centre[1] + down * side)
        windows.append(Crop(centre, side, frame.angle + turn, RESOLUTION, mirrored=number % 2 == 1))
    return windows


def _look(pixels: Pixels, crop: Crop, near: Floats64) -> Floats64 | None:
    """The mesh seen in a window that is the face ``near``, left and right sorted out; None where it is not seen."""
    limit = AGREEMENT * crop.side / WINDOW
    for mesh in find_meshes(pixels, crop):
        if crop.mirrored:
            mesh = mesh[dense_mirror()]
        if np.median(np.linalg.norm((mesh - near)[:DENSE_FACE_COUNT, :2], axis=1)) <= limit:
            return mesh
    return None
