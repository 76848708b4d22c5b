"""The eyeballs: where they turn about, and what turning them displaces, for the kit's eyeLook shapes move lids only."""

from __future__ import annotations

import numpy as np

from ....geometry.arrays import Floats
from .parts import EYES

# Degrees at slider 1.0, those of the built-in model.
UP_DOWN, IN_OUT = 26.0, 28.0
# Turn about X (positive looks down) and about Y (positive looks to the subject's left), for the left and right eye.
TURNS: dict[str, tuple[int, float, float]] = {
    "eyeLookDown_L": (0, UP_DOWN, 0.0), "eyeLookDown_R": (1, UP_DOWN, 0.0),
    "eyeLookUp_L": (0, -UP_DOWN, 0.0), "eyeLookUp_R": (1, -UP_DOWN, 0.0),
    "eyeLookIn_L": (0, 0.0, -IN_OUT), "eyeLookIn_R": (1, 0.0, IN_OUT),
    "eyeLookOut_L": (0, 0.0, IN_OUT), "eyeLookOut_R": (1, 0.0, -IN_OUT),
}  # fmt: skip


def eye_centres(neutral: Floats) -> Floats:
    """Centres (2, 3) of the spheres that fit the eyeballs best: left, right; least squares, same unit as the points."""
    return np.stack([_sphere_centre(neutral[start:stop].astype(np.float64)) for start, stop in EYES])


def _sphere_centre(points: Floats) -> Floats:
    system = np.concatenate([2 * points, np.ones((len(points), 1))], axis=1)
    return np.linalg.lstsq(system, (points**2).sum(axis=1), rcond=None)[0][:3]


def turned_eye(neutral: Floats, name: str) -> tuple[slice, Floats] | None:
    """Vertices of the eyeball that an expression turns and their displacement (N, 3); None: it turns no eye."""
    if name not in TURNS:
        return None
    side, down, left = TURNS[name]
    arm = neutral[slice(*EYES[side])] - eye_centres(neutral)[side]
    a, b = np.radians([down, left])
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    return slice(*EYES[side]), arm @ (about_y @ about_x - np.eye(3)).T
