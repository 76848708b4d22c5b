"""ICT-FaceKit's UDIM tiles, some of which overlap, laid out side by side in one square: most of it for the face."""

from __future__ import annotations

import numpy as np

from .facekit import Floats, Ints
from .parts import RANGES

# Tile (lower left corner, width, height) in the square of each range of faces, and its own tile's number.
FACE_SIDE = 0.72
TILES: dict[str, tuple[int, float, float, float, float]] = {
    "face": (0, 0.0, 0.0, FACE_SIDE, FACE_SIDE),
    "head_and_neck": (1, FACE_SIDE, 0.0, 0.28, FACE_SIDE),
    "mouth_socket": (1, FACE_SIDE, 0.0, 0.28, FACE_SIDE),
    "eye_sockets": (1, FACE_SIDE, 0.0, 0.28, FACE_SIDE),
    "gums_and_tongue": (2, 0.0, FACE_SIDE, 0.28, 0.28),
    "teeth": (3, 0.28, FACE_SIDE, 0.28, 0.28),
    "eyeball_left": (0, 0.56, FACE_SIDE + 0.06, 0.22, 0.22),
    "eyeball_right": (0, 0.78, FACE_SIDE + 0.06, 0.22, 0.22),
}


def pack_uv(uv: Floats, faces_uv: Ints, faces: Ints) -> tuple[Floats, Ints]:
    """Texture points (U, 2) in [0, 1] and corners (F, 4) for the faces with the ids ``faces`` (F,) of the kit."""
    moved = uv.astype(np.float64)
    for name, (tile, left, bottom, width, height) in TILES.items():
        start, stop = RANGES[name][2:4]
        corners = faces_uv[(faces >= start) & (faces < stop)]
        points = np.unique(corners[corners >= 0])
        moved[points] = (uv[points] - [tile, 0.0]) * [width, height] + [left, bottom]
    used = np.unique(faces_uv[faces_uv >= 0])
    renumbered = np.full(len(uv) + 1, -1, np.int32)  # the last entry serves the corner -1
    renumbered[used] = np.arange(len(used))
    return moved[used].astype(np.float32), renumbered[faces_uv]
