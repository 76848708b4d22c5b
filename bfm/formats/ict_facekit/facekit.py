"""`FaceKit`: what ICT-FaceKit's files hold, as they hold it (centimetres), whichever of the ways they came."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....errors import LikenessError
from ....geometry.arrays import Floats, Ints

VERTICES, FACES, TEXTURE_POINTS, MODES = 26719, 26384, 28911, 100
# SHA-256 of the neutral mesh's vertices as 32-bit floats, and of its corners as 32-bit integers, 0-based, -1 for none.
NEUTRAL_DIGEST = "92e87293b7e3c5bf2c013b94f15c0cf06f429cf046df6edfbfb719f77dd76781"
FACES_DIGEST = "e9bc26ffb008dc5eb7e52c1f493d60f278ce29f608a1d04b986c0fe6bb28a2e2"
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
    # Adding zero makes -0 a 0, which the files do not tell apart.
    geometry = _digest(neutral.astype("<f4") + np.float32(0.0)), _digest(faces.astype("<i4"), faces_uv.astype("<i4"))
    if geometry != (NEUTRAL_DIGEST, FACES_DIGEST):
        raise LikenessError(
            f"{place} is damaged or of another version than that of December 2020, which Likeness knows; "
            f"get it from {WHERE}."
        )


def _digest(*arrays: NDArray[np.generic]) -> str:
    return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)).hexdigest()
