"""How far off a dense landmark may be: one sigma per point, measured, not believed.

Measured on renders of 14 heads with known geometry, each from seven sides: the root-mean-square error per axis of the
mean mesh (`repeated_detection.averaged_mesh`) as a share of the distance of the outer eye corners, after the mean
offset of the frontal view. Frontal: lips 0.6 %, eyes 0.9 %, brows 1.2 %, nose 1.7 %, cheeks and forehead 2 %, oval
2.8 % and before the ears 4 %. The errors of all regions grow alike with the turn: x 1.4 at 20 degrees, 2.3 at 40, 4 at
60.
"""

from __future__ import annotations

import numpy as np

from ...anatomy.landmarks import (
    DENSE_COUNT,
    FACE_OVAL_LOOP,
    INNER_LIP_LOOP,
    LEFT_EYE_LOOP,
    LEFT_IRIS,
    OUTER_LIP_LOOP,
    RIGHT_EYE_LOOP,
    RIGHT_IRIS,
    Dense,
)
from ...geometry.arrays import Floats64

SKIN = 0.02
SHARES = (  # later rows win
    (FACE_OVAL_LOOP, 0.03),
    ((356, 454, 323, 361, 127, 234, 93, 132), 0.04),  # the oval before the ears
    ((70, 63, 105, 66, 107, 46, 53, 52, 65, 55, 300, 293, 334, 296, 336, 276, 283, 282, 295, 285), 0.014),  # brows
    ((1, 2, 4, 5, 6, 168, 195, 197, 98, 97, 326, 327, 64, 294), 0.017),  # nose
    (RIGHT_EYE_LOOP + LEFT_EYE_LOOP, 0.01),
    (OUTER_LIP_LOOP + INNER_LIP_LOOP, 0.008),
    (RIGHT_IRIS + LEFT_IRIS, 0.01),
)
TURN = np.radians(35)  # the errors double at this angle
# Iris; upper and lower lid; corners.
LIDS = (
    (RIGHT_IRIS, (159, 145), Dense.RIGHT_EYE_CORNERS),
    (LEFT_IRIS, (386, 374), Dense.LEFT_EYE_CORNERS),
)
CLOSED, HIDDEN_IRIS = 0.14, 0.06  # opening / width of an eye below which its iris is a guess; share then


def eye_distance(mesh: Floats64) -> float:
    """Distance of the outer eye corners of a mesh (478, 3) in pixels, depth included: it does not shrink with yaw."""
    return float(np.linalg.norm(mesh[Dense.RIGHT_EYE_OUTER] - mesh[Dense.LEFT_EYE_OUTER]))


def off_axis(mesh: Floats64) -> float:
    """Angle between where the face looks and the camera, radians; from the mesh's own relative depth."""
    across = mesh[Dense.BEFORE_LEFT_EAR] - mesh[Dense.BEFORE_RIGHT_EAR]
    down = mesh[Dense.CHIN] - mesh[Dense.FOREHEAD_TOP]
    normal = np.cross(across, down)
    return float(np.arccos(np.clip(normal[2] / max(float(np.linalg.norm(normal)), 1e-9), -1, 1)))


def point_sigma(mesh: Floats64, spread: Floats64) -> Floats64:
    """One sigma per point and axis, (478,) pixels; ``spread`` (478,) is the looks' standard deviation in pixels."""
    shares = _SHARES.copy()
    for iris, (upper, lower), (outer, inner) in LIDS:
        opening = np.linalg.norm(mesh[upper, :2] - mesh[lower, :2]) / np.linalg.norm(mesh[outer] - mesh[inner])
        if opening < CLOSED:
            shares[list(iris)] = HIDDEN_IRIS
    grown = shares * (1 + (off_axis(mesh) / TURN) ** 2)
    return np.hypot(grown * eye_distance(mesh), spread)


def _table() -> Floats64:
    shares = np.full(DENSE_COUNT, SKIN)
    for ids, share in SHARES:
        shares[list(ids)] = share
    return shares


_SHARES = _table()
