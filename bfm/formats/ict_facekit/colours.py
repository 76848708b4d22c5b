"""Colours that follow ICT-FaceKit's own mesh: eyes, teeth, gums and tongue, and its deep mouth."""

from __future__ import annotations

import numpy as np

from ....geometry.arrays import Floats
from ...builtin.eyes import IRIS, LIMBUS, MOUTH_BACK, MOUTH_FRONT, PUPIL, SCLERA
from .eyes import eye_centres
from .parts import EYES, RANGES

# Linear RGB: teeth as they look beside skin.
TEETH, GUMS = np.array([0.56, 0.50, 0.40]), np.array([0.36, 0.135, 0.125])
# Depth, cm on the kit's Z axis, at which the mouth begins to darken, and where it is dark; and how dark that is.
LIT, DARK = 9.5, 3.0
TEETH_LEFT, GUMS_LEFT = 0.5, 0.2
# Off the optical axis, cm: where pupil, iris and the iris' dark rim end. All lie between two rings of the mesh, so that
# its edges are the colours' borders; with the half-way colours the iris is 11.7 mm across.
PUPIL_END, IRIS_END, RIM_END = 0.23, 0.42, 0.578


def albedo(neutral: Floats) -> Floats:
    """(26719, 3) linear RGB by the neutral vertices, cm; NaN where the built-in model's colours serve."""
    colours = np.full(neutral.shape, np.nan)
    depth = np.clip((LIT - neutral[:, 2:]) / (LIT - DARK), 0, 1)
    for name, front, back in (
        ("teeth", TEETH, TEETH_LEFT * TEETH),
        ("gums_and_tongue", GUMS, GUMS_LEFT * GUMS),
        ("mouth_socket", MOUTH_FRONT, MOUTH_BACK),
    ):
        part = slice(*RANGES[name][:2])
        colours[part] = (1 - depth[part]) * front + depth[part] * back
    for (start, stop), centre in zip(EYES, eye_centres(neutral), strict=True):
        colours[start:stop] = _eye(neutral[start:stop] - centre)
    return colours


def _eye(ball: Floats) -> Floats:
    """Colours (V, 3) of an eyeball about its centre whose vertex 0 is the middle of the cornea."""
    axis = ball[0] / np.linalg.norm(ball[0])
    along = ball @ axis
    off = np.linalg.norm(ball - np.outer(along, axis), axis=1)
    rim = np.clip((off - IRIS_END) / (RIM_END - IRIS_END), 0, 1)[:, None] ** 2
    front = [(off < PUPIL_END)[:, None], (off < RIM_END)[:, None]]
    return np.where((along > 0)[:, None], np.select(front, [PUPIL, IRIS + (LIMBUS - IRIS) * rim], SCLERA), SCLERA)
