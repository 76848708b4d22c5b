"""Colours of what ICT-FaceKit has and the built-in model has not: teeth, gums and tongue, its deeper mouth."""

from __future__ import annotations

import numpy as np

from .facekit import Floats
from .parts import RANGES

# Linear RGB: teeth as in photos beside skin (shade A2 or so), the rest as the built-in model's mouth.
TEETH, GUMS = (0.56, 0.50, 0.40), (0.36, 0.135, 0.125)
MOUTH, THROAT = (0.20, 0.055, 0.050), (0.012, 0.003, 0.003)
# Depth, cm on the kit's Z axis, at which gums and mouth begin to darken, and where they are as dark as the throat.
LIT, DARK = 9.5, 3.0


def albedo(neutral: Floats) -> Floats:
    """(26719, 3) linear RGB by the neutral vertices, cm; NaN where the built-in model's colours serve."""
    colours = np.full(neutral.shape, np.nan)
    depth = np.clip((LIT - neutral[:, 2:]) / (LIT - DARK), 0, 1)
    for name, front, back in (
        ("teeth", TEETH, np.multiply(TEETH, 0.5)),
        ("gums_and_tongue", GUMS, np.multiply(GUMS, 0.2)),
        ("mouth_socket", MOUTH, THROAT),
    ):
        part = slice(*RANGES[name][:2])
        colours[part] = (1 - depth[part]) * front + depth[part] * np.asarray(back)
    return colours
