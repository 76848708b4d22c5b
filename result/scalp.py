"""Where hair grows on a head, found by the face's landmarks: from the forehead over the crown to the nape.

NumPy alone: the texture and Blender both ask.
"""

from __future__ import annotations

import numpy as np

from ..anatomy.landmarks import Ibug
from ..geometry.arrays import Floats, Ints
from ..geometry.polygons import inside_polygon
from ..geometry.smoothstep import smoothstep

# The hairline as seen from the side, from the middle of the forehead by temple, sideburn, ear and nape to the back and
# round above the head: forwards of the ears and up from the bridge of the nose, in distances from there to the chin.
HAIRLINE = np.array(
    [
        (0.51, 0.68), (0.38, 0.63), (0.27, 0.45), (0.24, 0.21), (0.15, 0.04), (0.08, -0.20), (-0.01, -0.20),
        (-0.03, -0.03), (-0.12, 0.07), (-0.32, 0.04), (-0.40, -0.14), (-0.41, -0.40), (-0.48, -0.56), (-0.65, -0.66),
        (-3.0, -0.75),
        (-3.0, 3.0), (3.0, 3.0), (3.0, 0.95),
    ]
)  # fmt: skip
EDGE = 0.05  # of the same distance, on either side of the hairline


def depth_in_scalp(vertices: Floats, landmarks68: Ints) -> Floats:
    """(V,) how far inside the hairline the vertices (V, 3) of a neutral head are, as seen from the side.

    In distances from the bridge of the nose to the chin, negative outside; ``landmarks68`` (68,) are vertex ids.
    """
    points = np.asarray(vertices, np.float64)[landmarks68]
    bridge = points[Ibug.NOSE_BRIDGE]
    unit = np.linalg.norm(bridge - points[Ibug.CHIN])
    origin = np.array([points[[Ibug.RIGHT_JAW_END, Ibug.LEFT_JAW_END], 2].mean(), bridge[1]])
    return inside_polygon((np.asarray(vertices, np.float64)[:, [2, 1]] - origin) / unit, HAIRLINE)


def hair_density(depth: Floats, fade: float = 0.0) -> Floats:
    """In [0, 1] by the depth in the scalp: dense behind the hairline's own width, or farther in by ``fade``."""
    return smoothstep(-EDGE, EDGE + fade, depth)
