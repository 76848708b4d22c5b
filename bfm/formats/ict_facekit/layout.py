"""ICT-FaceKit's UDIM tiles, some of which overlap, laid out side by side in one square: most of it for the face."""

from __future__ import annotations

import numpy as np

from ....geometry.arrays import Floats, Ints
from .parts import RANGES

FACE, REST, EYE = 0.78, 0.22, 0.2  # sides of the places
GAP = 0.02
# For each range of faces its tile in the kit and where that goes: lower left corner, width, height.
TILES: dict[str, tuple[int, float, float, float, float]] = {
    "face": (0, 0.0, 0.0, FACE, FACE),
    "head_and_neck": (1, FACE, 0.0, REST, FACE),
    "mouth_socket": (1, FACE, 0.0, REST, FACE),
    "eye_sockets": (1, FACE, 0.0, REST, FACE),
    "gums_and_tongue": (2, 0.0, FACE, REST, REST),
    "teeth": (3, REST + GAP, FACE, REST, REST),
    "eyeball_left": (0, 1 - 2 * EYE - GAP, FACE + GAP, EYE, EYE),
    "eyeball_right": (0, 1 - EYE, FACE + GAP, EYE, EYE),
}
# Half of the face's tile is scalp and shoulders: its middle is drawn larger by this much, its edges smaller.
MAGNIFIED = 1.3


def pack_uv(uv: Floats, faces_uv: Ints, faces: Ints) -> tuple[Floats, Ints]:
    """Texture points (U, 2) in [0, 1] and corners (F, 4) for the faces with the ids ``faces`` (F,) of the kit."""
    moved = uv.astype(np.float64)
    for name, (tile, left, bottom, width, height) in TILES.items():
        start, stop = RANGES[name][2:4]
        corners = faces_uv[(faces >= start) & (faces < stop)]
        points = np.unique(corners[corners >= 0])
        place = uv[points] - [tile, 0.0]
        if name == "face":
            place = _magnified(place)
        moved[points] = place * [width, height] + [left, bottom]
    used = np.unique(faces_uv[faces_uv >= 0])
    renumbered = np.full(len(uv) + 1, -1, np.int32)  # the last entry serves the corner -1
    renumbered[used] = np.arange(len(used))
    return moved[used].astype(np.float32), renumbered[faces_uv]


def _magnified(place: Floats) -> Floats:
    """Points in [0, 1] with each coordinate by a cubic that keeps ends and middle and rises MAGNIFIED-fold there."""
    offset = place - 0.5
    return 0.5 + MAGNIFIED * offset - 4 * (MAGNIFIED - 1) * offset**3
