"""ICT-FaceKit's 53 expressions under ARKit's names, with eyeballs that follow the gaze."""

from __future__ import annotations

import numpy as np

from ....anatomy.arkit import ARKIT_NAMES
from ....geometry.arrays import Floats
from .eyes import turned_eye
from .facekit import EXPRESSIONS, FaceKit

# ARKit has one of these where the kit has a pair: their sum is ARKit's, the halves are further keys.
HALVES = ("browInnerUp", "cheekPuff")
EXPRESSION_NAMES: tuple[str, ...] = (*ARKIT_NAMES, *(name + side for name in HALVES for side in ("Left", "Right")))

# How far a slider usually is from rest in photos, for the fit's prior: common and cheap movements vary most.
_SPREAD = {"jawOpen": 0.3, "mouthSmile": 0.35, "eyeBlink": 0.3, "eyeLook": 0.35, "jaw": 0.12,
           "mouthLeft": 0.12, "mouthRight": 0.12, "cheekPuff": 0.12, "mouthPucker": 0.25, "noseSneer": 0.15,
           "brow": 0.3}  # fmt: skip
# For artists alone: mouthClose corrects jawOpen and is nonsense without it; the halves are in their sums.
_ARTISTS = {"mouthClose", *EXPRESSION_NAMES[len(ARKIT_NAMES) :]}
EXPRESSION_STD = tuple(
    0.0 if name in _ARTISTS else next((spread for start, spread in _SPREAD.items() if name.startswith(start)), 0.2)
    for name in EXPRESSION_NAMES
)


def expression_basis(kit: FaceKit) -> Floats:
    """Displacements (55, 26719, 3), cm at slider 1.0, in the order of EXPRESSION_NAMES."""
    own = dict(zip(EXPRESSIONS, kit.expressions.astype(np.float64), strict=True))
    for name, field in own.items():
        turned = turned_eye(kit.neutral, name)
        if turned is not None:
            eyeball, displacement = turned
            field[eyeball] = displacement
    return np.stack([_field(own, name) for name in EXPRESSION_NAMES])


def _field(own: dict[str, Floats], name: str) -> Floats:
    if name in HALVES:
        return own[name + "_L"] + own[name + "_R"]
    if name in own:
        return own[name]
    side = "Left" if name.endswith("Left") else "Right"
    return own[f"{name.removesuffix(side)}_{side[0]}"]
