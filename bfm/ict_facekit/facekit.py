"""`FaceKit`: what ICT-FaceKit's files hold, as they hold it (centimetres), whichever of the ways they came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...errors import LikenessError

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]

VERTICES, FACES, TEXTURE_POINTS, MODES = 26719, 26384, 28911, 100
WHERE = "github.com/ICT-VGL/ICT-FaceKit (MIT licence)"
# The OBJ files print noise of 1e-5 cm everywhere: what moves less than this does not move.
LEAST_MOVE_CM = 1e-4

_SIDED = (
    "browDown", "browInnerUp", "browOuterUp", "cheekPuff", "cheekSquint", "eyeBlink", "eyeLookDown", "eyeLookIn",
    "eyeLookOut", "eyeLookUp", "eyeSquint", "eyeWide", "mouthDimple", "mouthFrown", "mouthLowerDown", "mouthPress",
    "mouthSmile", "mouthStretch", "mouthUpperUp", "noseSneer",
)  # fmt: skip
_WHOLE = (
    "jawForward", "jawLeft", "jawOpen", "jawRight", "mouthClose", "mouthFunnel", "mouthLeft", "mouthPucker",
    "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
)  # fmt: skip
EXPRESSIONS: tuple[str, ...] = (*(f"{name}_{side}" for name in _SIDED for side in "LR"), *_WHOLE)


@dataclass(frozen=True, eq=False)
class FaceKit:
    """ICT-FaceKit as published: X to the subject's left, Y up, Z out of the face."""

    neutral: Floats  # (26719, 3) cm
    faces: Ints  # (26384, 4), -1 last for a triangle
    uv: Floats  # (28911, 2) UDIM: u from 0 to 7
    faces_uv: Ints  # (26384, 4)
    identity: Floats  # (100, 26719, 3) cm per sigma
    expressions: Floats  # (53, 26719, 3) cm at weight 1, in the order of EXPRESSIONS


def check_mesh(neutral: Floats, faces: Ints, uv: Floats, faces_uv: Ints, place: str) -> None:
    """Raises `LikenessError` where the mesh of the file called ``place`` is not ICT-FaceKit's."""
    found = (len(neutral), len(faces), len(uv))
    if found != (VERTICES, FACES, TEXTURE_POINTS):
        raise LikenessError(
            f"{place} has {found[0]} vertices, {found[1]} faces and {found[2]} texture points where ICT-FaceKit has "
            f"{VERTICES}, {FACES} and {TEXTURE_POINTS}; get it from {WHERE}."
        )
    for corners, count in ((faces, VERTICES), (faces_uv, TEXTURE_POINTS)):
        if corners.min() < -1 or corners.max() >= count or corners[:, :3].min() < 0:
            raise LikenessError(f"{place} is damaged: its faces point at vertices that it does not have.")
