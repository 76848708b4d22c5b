"""Which vertices and faces of ICT-FaceKit are what (its README), and which of them make the head.

Left out: everything from vertex 24591 on (lacrimal fluid, the eyes' blend and occlusion cards, lashes), which needs
transparent shaders and is black or white without, and the iris shells, which lie hidden inside the eyeball's outer one.
"""

from __future__ import annotations

import numpy as np

from ....anatomy.parts import PartName
from ....geometry.arrays import Ints
from .facekit import FaceKit

PART_NAMES = (PartName.SKIN, PartName.MOUTH, PartName.GUMS, PartName.TEETH, *PartName.EYES)
# Name: vertices [start, stop), faces [start, stop), part.
RANGES: dict[str, tuple[int, int, int, int, str]] = {
    "face": (0, 9409, 0, 9230, PartName.SKIN),
    "head_and_neck": (9409, 11248, 9230, 11144, PartName.SKIN),
    "mouth_socket": (11248, 13294, 11144, 13226, PartName.MOUTH),
    "eye_sockets": (13294, 14062, 13226, 14034, PartName.SKIN),
    "gums_and_tongue": (14062, 17039, 14034, 17006, PartName.GUMS),
    "teeth": (17039, 21451, 17006, 21496, PartName.TEETH),
    "eyeball_left": (21451, 23021, 21496, 23094, PartName.EYE_LEFT),
    "eyeball_right": (23021, 24591, 23094, 24692, PartName.EYE_RIGHT),
}
IRIS_SHELLS = ((22221, 23021), (23791, 24591))  # vertices
EYES = ((21451, 22221), (23021, 23791))  # the outer shells' vertices: left, right
HELPERS = 24591  # first vertex of what is left out
HELPER_FACES = 24692


def kept_vertices() -> Ints:
    """Ids (22991,) of the vertices of the head."""
    kept = np.arange(HELPERS)
    return kept[~np.logical_or.reduce([(kept >= start) & (kept < stop) for start, stop in IRIS_SHELLS])]


def kept_faces(faces: Ints) -> Ints:
    """Ids of the faces of the head among the kit's (F, 4)."""
    first = faces[:HELPER_FACES, 0]
    iris = np.logical_or.reduce([(first >= start) & (first < stop) for start, stop in IRIS_SHELLS])
    return np.flatnonzero(~iris)


def face_parts(kit: FaceKit) -> Ints:
    """(F,) index into PART_NAMES; skin for the helpers."""
    parts = np.zeros(len(kit.faces), np.int32)
    for _, _, start, stop, part in RANGES.values():
        parts[start:stop] = PART_NAMES.index(part)
    return parts
