"""From two volumes of signed distances and two pictures of normals to one: merged, carved, cut to the face.

A volume (N, N, N) holds the distance at -1 + 2 i / N along x, y (up) and z (toward the camera); pictures have row 0 on
top. RAFaRe (Guo et al., AAAI 2023) as its official code does it, to the rounding; the few places where that is odd
are marked.
"""

from __future__ import annotations

import cv2
import numpy as np
from scipy import ndimage

from ...geometry.arrays import Floats, Pixels
from .labels import is_face

SIDE = 256  # voxels of the official volume
_SMOOTHED = 5  # voxels, side of the box that the base is averaged over
FINE_SCALE = 0.001  # of the fine network's answer
_CARVED = 7  # pixels, side of the window that normals are summed over, and radius of the mask's soft edge
_CARVE_SCALE = 0.0005
_OUTSIDE = 1.0  # distance where there is no face
_BORDER_SHARE, _BORDER_DISTANCE = 0.02, 0.04  # of the volume's outermost voxels
_ERODED_SHARE = 0.05  # side of the box by which what is no face shrinks


def merged(base: Floats, fine: Floats) -> Floats:
    """The base smoothed, and the fine residual on it."""
    return ndimage.uniform_filter(base, _SMOOTHED, mode="nearest") + FINE_SCALE * fine


def carved(distances: Floats, labels: Pixels, front: Pixels, back: Pixels) -> Floats:
    """Distances moved in both halves by what the normals seen there say.

    Args:
        distances: (N, N, N).
        labels: (2 N, 2 N), each a `Label`.
        front: (2 N, 2 N, 3) normals as a picture, RGB, 128 being none.
        back: the same of the far side, seen through the face.
    """
    mask = _soft_face(labels)
    half = len(distances) // 2
    result = distances.copy()
    result[:, :, half:] -= _CARVE_SCALE * _in_volume(_relief(front) * mask)[..., None]
    result[:, :, :half] += _CARVE_SCALE * _in_volume(_relief(back) * mask)[..., None]
    return result


def cut_to_face(distances: Floats, labels: Pixels) -> Floats:
    """Everything in front of and behind what is no face is outside, and so is the border of the volume."""
    side = len(distances)
    other = cv2.resize((~is_face(labels)).astype(np.uint8), (side, side), interpolation=cv2.INTER_NEAREST)
    box = np.ones((round(side * _ERODED_SHARE),) * 2, np.uint8)
    other = cv2.erode(other, box).astype(bool)
    # The official code turns it by one voxel, where the carving is not turned.
    columns = np.roll(other.T[:, ::-1], 1, axis=1)
    result = np.where(columns[..., None], _OUTSIDE, distances)
    border = round(side * _BORDER_SHARE)
    inside = np.zeros(result.shape, bool)
    inside[border:-border, border:-border, border:-border] = True
    return np.where(inside, result, _BORDER_DISTANCE)


def _relief(normals: Pixels) -> Floats:
    """(H, W) how much the surface rises over its surroundings: in a window, normals that lean away from the middle."""
    leaning = (normals.astype(np.float64) - 128.0) / 128.0
    signs = np.broadcast_to(np.sign(np.arange(_CARVED // 2, -_CARVED // 2, -1.0)), (_CARVED, _CARVED))
    across = ndimage.convolve(leaning[..., 2], signs, mode="nearest")
    return across + ndimage.convolve(leaning[..., 1], signs.T, mode="nearest")


def _soft_face(labels: Pixels) -> Floats:
    """(H, W) 1 well inside the face, 0 off it."""
    reach = np.arange(-_CARVED, _CARVED + 1)
    window = (reach[:, None] ** 2 + reach**2 <= _CARVED**2).astype(np.float64)
    inner = ndimage.grey_erosion(is_face(labels).astype(np.float64), footprint=window)
    return ndimage.convolve(inner, window / window.sum(), mode="nearest")


def _in_volume(picture: Floats) -> Floats:
    """A picture (2 N, 2 N) as columns (N, N) along x and y. Of four pixels the official code takes two."""
    half = (picture[::2, ::2] + picture[1::2, 1::2]) / 2.0
    return half.T[:, ::-1]
