"""Deep3D's crop: five points of the photo -> the 224-pixel picture its network was trained on.

The weak-perspective ("POS") alignment of the released code, number for number; in-plane roll stays in the crop.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from ...anatomy.landmarks import ibug68_to_five
from ...errors import LikenessError
from ...geometry.arrays import Floats, Pixels

CROP_PX = 224
RESCALE_FACTOR = 102.0
# Mean face of `similarity_Lm3D_all.mat`, dm, y up: the subject's right eye (left in the picture), the left eye, the
# nose's tip, the right and left corner of the mouth.
TEMPLATE = np.array(
    [
        [-0.31148657, 0.29036078, 0.13377953],
        [0.30979887, 0.28972036, 0.13179526],
        [0.0032535, -0.04617932, 0.55244243],
        [-0.25216928, -0.38133916, 0.22405732],
        [0.2484662, -0.38128236, 0.22235769],
    ]
)
# Where ArcFace wants the five points in a 112-pixel picture.
ARCFACE_TEMPLATE = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)
SMALLEST_SCALE, LARGEST_SIDE = 1e-3, 1_000_000


@dataclass(frozen=True)
class Deep3DCrop:
    """The aligned picture and the way back into the photo."""

    pixels: Pixels  # (224, 224, 3) sRGB, black where the photo ends
    photo_size: tuple[int, int]  # width, height
    resized: tuple[int, int]  # width, height of the whole photo at the crop's scale
    left: int  # of the crop in the resized photo, may be negative
    up: int
    trans_params: Floats  # (5,) W, H, s, tx, ty with ty up, as the official code keeps them

    def to_photo(self, points: Floats) -> Floats:
        """Points (N, 2) in the crop -> in the photo; both y down, the first pixel's centre at (0.5, 0.5)."""
        scale = np.divide(self.photo_size, self.resized)
        return (points + np.array([self.left, self.up])) * scale


def align(pixels: Pixels, five: Floats) -> Deep3DCrop:
    """Crop a photo (H, W, 3) by five points (5, 2) in pixels, y down, the first pixel's centre at (0, 0).

    Raises:
        LikenessError: the points are those of no face.
    """
    height, width = pixels.shape[:2]
    scale, (tx, ty) = pos(np.stack([five[:, 0], height - 1 - five[:, 1]], axis=1))
    scale = RESCALE_FACTOR / max(scale, 1e-9)
    # Toward zero, also below it: the released code converts to integers so.
    resized = int(width * scale), int(height * scale)
    if scale < SMALLEST_SCALE or min(resized) < 1 or max(resized) > LARGEST_SIDE:
        raise LikenessError("The five points of the face lie so that no picture of it can be cut out.")
    left = int(resized[0] / 2 - CROP_PX / 2 + (tx - width / 2) * scale)
    up = int(resized[1] / 2 - CROP_PX / 2 + (height / 2 - ty) * scale)
    picture = _cut(Image.fromarray(pixels), resized, left, up)
    return Deep3DCrop(picture, (width, height), resized, left, up, np.array([width, height, scale, tx, ty], np.float64))


def _cut(photo: Image.Image, resized: tuple[int, int], left: int, up: int) -> Pixels:
    """The crop of the resized photo, of which nothing else is made: a small face enlarges a photo to gigabytes."""
    crop = Image.new("RGB", (CROP_PX, CROP_PX))
    x0, y0 = max(left, 0), max(up, 0)
    x1, y1 = min(left + CROP_PX, resized[0]), min(up + CROP_PX, resized[1])
    if x0 < x1 and y0 < y1:
        across, down = photo.width / resized[0], photo.height / resized[1]
        box = (x0 * across, y0 * down, min(x1 * across, photo.width), min(y1 * down, photo.height))
        crop.paste(photo.resize((x1 - x0, y1 - y0), Image.Resampling.BICUBIC, box), (x0 - left, y0 - up))
    return np.asarray(crop)


def aligned_landmarks(crop: Deep3DCrop, landmarks: Floats) -> Floats:
    """Points of the photo (N, 2), y down -> of the crop as the official code moves them, y up.

    It does not truncate them as it truncates the rectangle, so that they miss the picture by up to a pixel.
    """
    width, height, scale, tx, ty = crop.trans_params
    up = np.stack([landmarks[:, 0], height - 1 - landmarks[:, 1]], axis=1)
    return (up - np.array([tx - width / 2, ty - height / 2])) * scale - (np.array(crop.resized) - CROP_PX) / 2


def pos(points: Floats) -> tuple[float, Floats]:
    """Scale and translation (2,) of the template's weak-perspective image at ``points`` (5, 2), y up.

    Least squares of x = R1 X + tx and y = R2 X + ty; the scale is the mean length of R1 and R2.
    """
    homogeneous = np.concatenate([TEMPLATE, np.ones((len(TEMPLATE), 1))], axis=1)
    rows = np.linalg.lstsq(homogeneous, np.asarray(points, np.float64), rcond=None)[0]  # (4, 2)
    return float(np.linalg.norm(rows[:3], axis=0).mean()), rows[3]


def arcface_matrix(landmarks68: Floats) -> Floats:
    """Similarity (2, 3) that brings 68 landmarks (68, 2), y down, to ArcFace's 112-pixel template (Umeyama 1991)."""
    source = ibug68_to_five(landmarks68)
    from_mean, to_mean = source.mean(axis=0), ARCFACE_TEMPLATE.mean(axis=0)
    a, b = source - from_mean, ARCFACE_TEMPLATE - to_mean
    u, singular, vt = np.linalg.svd(b.T @ a / len(a))
    sign = np.array([1.0, np.sign(np.linalg.det(u @ vt))])
    turn = (singular * sign).sum() / a.var(axis=0).sum() * (u * sign) @ vt
    return np.concatenate([turn, (to_mean - turn @ from_mean)[:, None]], axis=1)
