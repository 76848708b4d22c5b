"""Sizes and colours of eyes and mouths that every face has, whichever model it comes from.

Lengths in metres; colours linear RGB. An eyeball has a radius of 12 mm (Bekerman et al., J. Ophthalmol. 2014), an iris
is 11.8 mm across (Ruefer et al., Cornea 2005).
"""

from __future__ import annotations

import numpy as np

from ...geometry.arrays import Floats

RADIUS = 0.012
IRIS_RADIUS = 0.0059
PUPIL_RADIUS = 0.0019
# Distances from the optical axis of the rings of vertices on the front of an eyeball.
FRONT = (0.0010, 0.0018, 0.0021, 0.0031, 0.0042, 0.0052, 0.0057, 0.0062, 0.0074, 0.0090, 0.0105)

SCLERA, IRIS = np.array([0.70, 0.65, 0.61]), np.array([0.17, 0.095, 0.05])
LIMBUS, PUPIL = np.array([0.06, 0.035, 0.02]), np.array([0.006, 0.006, 0.006])
MOUTH_FRONT, MOUTH_BACK = np.array([0.20, 0.055, 0.050]), np.array([0.012, 0.003, 0.003])


def eye_color(vertices: Floats) -> Floats:
    """Albedo (V, 3) of an eyeball about the origin that looks to +Z."""
    off_axis = np.hypot(vertices[:, 0], vertices[:, 1])[:, None]
    ring = np.clip((off_axis - 0.6 * IRIS_RADIUS) / (0.4 * IRIS_RADIUS), 0, 1) ** 2
    color = np.where(off_axis > PUPIL_RADIUS, IRIS + (LIMBUS - IRIS) * ring, PUPIL)
    front = vertices[:, 2:] > 0
    return np.where(front & (off_axis < (FRONT[6] + FRONT[7]) / 2), color, SCLERA)
