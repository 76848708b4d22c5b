"""What the 52 expressions of FaceScape's core are called, and where its 68 landmarks are (facescape toolkit)."""

from __future__ import annotations

from ....anatomy.expression_spread import expression_std

# Slot 0 is the neutral face; slots follow the toolkit's list, whose pairs are left first.
SLOTS: tuple[str, ...] = (
    "eyeBlinkLeft", "eyeBlinkRight", "eyeSquintLeft", "eyeSquintRight", "eyeLookDownLeft", "eyeLookDownRight",
    "eyeLookInLeft", "eyeLookInRight", "eyeWideLeft", "eyeWideRight", "eyeLookOutLeft", "eyeLookOutRight",
    "eyeLookUpLeft", "eyeLookUpRight", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft",
    "browOuterUpRight", "jawOpen", "mouthClose", "jawLeft", "jawRight", "jawForward", "mouthUpperUpLeft",
    "mouthUpperUpRight", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthRollUpper", "mouthRollLower",
    "mouthSmileLeft", "mouthSmileRight", "mouthDimpleLeft", "mouthDimpleRight", "mouthStretchLeft",
    "mouthStretchRight", "mouthFrownLeft", "mouthFrownRight", "mouthPressLeft", "mouthPressRight", "mouthPucker",
    "mouthFunnel", "mouthLeft", "mouthRight", "mouthShrugLower", "mouthShrugUpper", "noseSneerLeft", "noseSneerRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight",
)  # fmt: skip
# How far the sliders usually are from rest: a property of faces, not of the model.
SPREADS = tuple(expression_std(SLOTS).tolist())

# iBUG-68 in the mesh of v1.6, zero-based.
LANDMARKS68 = (
    23370, 4602, 4610, 4650, 20322, 4638, 5017, 5008, 1681, 1692, 11464, 10435, 1336, 1343, 1303, 1295, 2372,
    6138, 6136, 6121, 6108, 6104, 2844, 2762, 2765, 2774, 2789,
    6048, 6036, 1870, 1855, 4723, 4865, 1807, 1551, 1419,
    3429, 3409, 3442, 3452, 3304, 3368, 3175, 151, 127, 143, 3232, 47,
    20984, 4980, 4893, 6565, 1575, 1663, 1599, 1899, 12132, 5226, 21944, 5096,
    21033, 21205, 11372, 11363, 11547, 12042, 5207, 21858,
)  # fmt: skip
