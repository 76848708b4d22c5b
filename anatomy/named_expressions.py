"""Named expressions as sliders of ARKit: moods, the six emotions, and the fifteen visemes of the Oculus lip sync.

None moves the eyes: whoever looks somewhere goes on looking there. Visemes are the mouth's alone, so that a face can
speak in any mood; their descriptions follow the Oculus Lipsync viseme reference.
"""

from __future__ import annotations

from collections.abc import Mapping

from .arkit import ARKIT_WITH_TONGUE, TONGUE_OUT

Sliders = Mapping[str, float]

# First letters of the sliders that have no part in speaking.
_MUTE = ("brow", "eye", "nose", "cheekSquint")
_LOOKING = "eyeLook"


def _both(**values: float) -> dict[str, float]:
    """Each value for the left and the right slider."""
    return {name + side: value for name, value in values.items() for side in ("Left", "Right")}


MOODS: dict[str, Sliders] = {
    "Neutral": {},
    "Smile": _both(mouthSmile=0.75, mouthDimple=0.15, cheekSquint=0.45, eyeSquint=0.2),
    "Laugh": _both(mouthSmile=0.9, cheekSquint=0.8, eyeSquint=0.55, mouthUpperUp=0.3, mouthLowerDown=0.2, noseSneer=0.1)
    | {"jawOpen": 0.28, "browInnerUp": 0.2},
    "Wink": {"eyeBlinkLeft": 1.0, "cheekSquintLeft": 0.7, "mouthSmileLeft": 0.75, "mouthSmileRight": 0.35,
             "browDownLeft": 0.25, "eyeSquintLeft": 0.3, "browOuterUpRight": 0.4},
    "Blink": _both(eyeBlink=1.0),
    "Kiss": _both(eyeBlink=0.25, mouthPress=0.3) | {"mouthPucker": 1.0, "mouthFunnel": 0.1},
    "Sceptical": {"browOuterUpLeft": 1.0, "browInnerUp": 0.25, "browDownRight": 0.9, "mouthLeft": 0.35,
                  "mouthPressLeft": 0.4, "mouthPressRight": 0.4, "mouthFrownRight": 0.4, "eyeSquintRight": 0.6,
                  "mouthShrugLower": 0.3, "mouthDimpleLeft": 0.4},
    "Sleepy": _both(eyeBlink=0.6, browOuterUp=0.15) | {"browInnerUp": 0.25},
}  # fmt: skip

EMOTIONS: dict[str, Sliders] = {
    "Joy": _both(mouthSmile=0.85, mouthDimple=0.1, cheekSquint=0.65, eyeSquint=0.4, mouthUpperUp=0.2,
                 mouthLowerDown=0.15) | {"jawOpen": 0.08},
    "Sadness": _both(mouthFrown=0.8, browDown=0.1, eyeSquint=0.15, eyeBlink=0.15)
    | {"browInnerUp": 1.0, "mouthShrugLower": 0.4, "mouthRollUpper": 0.1},
    "Anger": _both(browDown=1.0, eyeSquint=0.55, noseSneer=0.45, mouthPress=0.8, mouthFrown=0.4, cheekSquint=0.2)
    | {"mouthShrugLower": 0.25},
    "Fear": _both(eyeWide=1.0, browOuterUp=0.3, browDown=0.2, mouthStretch=0.75, mouthLowerDown=0.3, mouthFrown=0.2)
    | {"browInnerUp": 1.0, "jawOpen": 0.12},
    "Disgust": _both(noseSneer=0.85, browDown=0.6, eyeSquint=0.5, cheekSquint=0.5, mouthFrown=0.55, mouthPress=0.6)
    | {"mouthShrugLower": 1.0},
    "Surprise": _both(browOuterUp=1.0, eyeWide=0.9) | {"browInnerUp": 1.0, "jawOpen": 0.5, "mouthFunnel": 0.2},
}  # fmt: skip

# In the order of the Oculus Lipsync reference.
VISEMES: dict[str, Sliders] = {
    "sil": {},
    "PP": _both(mouthPress=0.7) | {"mouthRollLower": 0.35, "mouthRollUpper": 0.35},
    "FF": _both(mouthUpperUp=0.25) | {"mouthRollLower": 0.75, "jawOpen": 0.07},
    "TH": _both(mouthUpperUp=0.2, mouthLowerDown=0.3) | {"jawOpen": 0.22, TONGUE_OUT: 0.6},
    "DD": _both(mouthUpperUp=0.2, mouthLowerDown=0.3) | {"jawOpen": 0.14},
    "kk": _both(mouthStretch=0.2, mouthUpperUp=0.15, mouthLowerDown=0.25) | {"jawOpen": 0.24},
    "CH": _both(mouthUpperUp=0.1, mouthLowerDown=0.2) | {"mouthFunnel": 0.6, "mouthPucker": 0.4, "jawOpen": 0.03},
    "SS": _both(mouthSmile=0.2, mouthStretch=0.35, mouthUpperUp=0.35, mouthLowerDown=0.45) | {"jawOpen": 0.02},
    "nn": _both(mouthUpperUp=0.15, mouthLowerDown=0.2) | {"jawOpen": 0.1},
    "RR": {"mouthFunnel": 0.35, "mouthPucker": 0.45, "jawOpen": 0.12},
    "aa": _both(mouthUpperUp=0.15, mouthLowerDown=0.2) | {"jawOpen": 0.6},
    "E": _both(mouthSmile=0.15, mouthStretch=0.35, mouthUpperUp=0.15, mouthLowerDown=0.3) | {"jawOpen": 0.3},
    "ih": _both(mouthSmile=0.4, mouthStretch=0.2, mouthUpperUp=0.2, mouthLowerDown=0.3) | {"jawOpen": 0.16},
    "oh": {"mouthFunnel": 0.45, "mouthPucker": 0.4, "jawOpen": 0.4},
    "ou": {"mouthFunnel": 0.2, "mouthPucker": 0.95, "jawOpen": 0.1},
}

GROUPS: dict[str, Mapping[str, Sliders]] = {"Expressions": MOODS, "Emotions": EMOTIONS, "Visemes": VISEMES}


def named_expression_values(name: str) -> dict[str, float]:
    """Value of each slider that the expression of this name rules: 0 for those that it leaves at rest.

    A viseme rules the mouth's sliders, every other one all but the gaze's. Raises KeyError for a name of none.
    """
    wanted = (MOODS | EMOTIONS | VISEMES)[name]
    ruled = {slider: 0.0 for slider in ARKIT_WITH_TONGUE if not slider.startswith(_LOOKING)}
    if name in VISEMES:
        ruled = {slider: 0.0 for slider in ruled if not slider.startswith(_MUTE)}
    return ruled | dict(wanted)
