"""The ARKit expression set: names, what slider range each has, and how others spell them.

Left and right are the subject's own. The order is the ARKit/LiveLink order. The last, ``tongueOut``, is for models
with a tongue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

ARKIT_NAMES: tuple[str, ...] = (
    "eyeBlinkLeft", "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft", "eyeSquintLeft",
    "eyeWideLeft",
    "eyeBlinkRight", "eyeLookDownRight", "eyeLookInRight", "eyeLookOutRight", "eyeLookUpRight", "eyeSquintRight",
    "eyeWideRight",
    "jawForward", "jawLeft", "jawRight", "jawOpen",
    "mouthClose", "mouthFunnel", "mouthPucker", "mouthLeft", "mouthRight", "mouthSmileLeft", "mouthSmileRight",
    "mouthFrownLeft", "mouthFrownRight", "mouthDimpleLeft", "mouthDimpleRight", "mouthStretchLeft",
    "mouthStretchRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthPressLeft",
    "mouthPressRight", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight",
    "noseSneerLeft", "noseSneerRight",
)  # fmt: skip
TONGUE_OUT = "tongueOut"
ARKIT_WITH_TONGUE: tuple[str, ...] = (*ARKIT_NAMES, TONGUE_OUT)

ARKIT_RANGE = (0.0, 1.0)
JAW_OPEN = "jawOpen"  # the one that opens the mouth

# A shape called so is an axis of one model's own statistics: its number says nothing of another model's shape.
NUMBERED = re.compile(r"[a-z][a-z_]*\d[\d_]*", re.IGNORECASE)


def mirrored_name(name: str) -> str:
    """``eyeBlinkLeft`` -> ``eyeBlinkRight`` and back; a name without a side is its own mirror."""
    for side, other in (("Left", "Right"), ("Right", "Left"), ("left", "right"), ("right", "left")):
        if name.endswith(side) and name != side:
            return name.removesuffix(side) + other
    return name


@cache
def canonical_name(name: str) -> str:
    """One spelling for all: ``eyeBlinkLeft``, ``eyeBlink_L``, ``EyeBlink.left`` -> ``eyeblinkleft``.

    A viseme's is Oculus's: VRChat's ``vrc.v_aa`` as ``viseme_aa`` -> ``visemeaa``.
    """
    name = re.sub(r"^vrc\.v_", "viseme_", name.strip(), flags=re.IGNORECASE)
    sided = re.sub(r"(?:[\s._-]+|(?<=[a-z]))L$|[\s._-]+l$", "left", name)
    sided = re.sub(r"(?:[\s._-]+|(?<=[a-z]))R$|[\s._-]+r$", "right", sided)
    return re.sub(r"[\s._-]+", "", sided).lower()


def opens_jaw(name: str) -> bool:
    """Whether a shape of this name is the one that opens the mouth."""
    return canonical_name(name) == canonical_name(JAW_OPEN)


def turns_eye(name: str) -> bool:
    """Whether a shape of this name is one that turns an eye."""
    return canonical_name(name).startswith("eyelook")


def shuts_eye(name: str) -> bool:
    """Whether a shape of this name is one that shuts an eye which looks ahead."""
    return canonical_name(name) in ("eyeblinkleft", "eyeblinkright")


# A key that keeps the lids of one eye closed while it looks somewhere; it is called after both.
_LID_CLOSER = re.compile(r"eyeblink(left|right)eyelook\w+?\1")


@cache
def closes_lids(name: str) -> bool:
    """Whether a shape of this name comes on top of a blink and a gaze: driven by them, no expression of its own."""
    return _LID_CLOSER.fullmatch(canonical_name(name)) is not None


def lid_closers(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The name of each such shape for shapes called ``names``, with those of its blink and its gaze."""
    own = [name for name in names if not closes_lids(name)]
    blinks = [name for name in own if canonical_name(name).startswith("eyeblink")]
    pairs = {f"{blink}_{look}": (blink, look) for blink in blinks for look in filter(turns_eye, own)}
    return {name: pair for name, pair in pairs.items() if closes_lids(name)}


def shows_tongue(name: str) -> bool:
    """Whether a shape of this name is the one that shows the tongue."""
    return canonical_name(name) == canonical_name(TONGUE_OUT)


def values_for(names: Iterable[str], values: Mapping[str, float]) -> dict[str, float]:
    """What ``values``, by their names, mean for shapes called ``names``; a shape that they do not speak of is left out.

    Together the shapes do once what the values say. Where one side has a pair and the other a single shape
    (``browInnerUp`` and ``browInnerUp_L`` with ``_R``), the pair takes the single's value and the single the pair's
    mean. Of shapes that do the same, single and pair or one name in two spellings, the one spoken of does it alone.
    """
    given: dict[str, float] = {}
    for name, value in values.items():
        given[canonical_name(name)] = given.get(canonical_name(name), 0.0) + value
    spellings: dict[str, list[str]] = {}
    for name in names:
        spellings.setdefault(canonical_name(name), []).append(name)
    found = {name: _value_for(name, given, set(spellings)) for name in spellings}
    shares = (_shared(spellings[name], value, values) for name, value in found.items() if value is not None)
    return {name: value for share in shares for name, value in share.items()}


def _shared(spellings: Sequence[str], value: float, values: Mapping[str, float]) -> dict[str, float]:
    """A value for shapes of one name: to those that are spelled as in ``values`` their own, else to the first."""
    own = {name: values[name] for name in spellings if name in values} if len(spellings) > 1 else {}
    return dict.fromkeys(spellings, 0.0) | (own or {spellings[0]: value})


def _value_for(name: str, given: Mapping[str, float], shapes: set[str]) -> float | None:
    """The value of one of the ``shapes``; None where nothing is ``given`` for it."""
    single = name.removesuffix("left").removesuffix("right")
    if name == single:
        pair = {name + "left", name + "right"}
        if name not in given and not pair <= given.keys():
            return None
        return given.get(name, 0.0) + sum(given.get(side, 0.0) for side in pair - shapes) / 2
    meant = {name} if single in shapes else {name, single}
    if meant & given.keys():
        return sum(given.get(other, 0.0) for other in meant)
    return 0.0 if single in given else None
