"""Where a face looks: one direction for both eyes, told by its eyeLook shape keys, which turn eyeballs and lids."""

from __future__ import annotations

import bpy

from ..anatomy.arkit import canonical_name
from .keyframes import insert_if_asked
from .shape_keys import expression_keys

SIDEWAYS, UP = 0, 1
# For each axis the keys that look to its positive side (the subject's left; up), then those that look to the other.
GAZE_KEYS = (
    (("eyelookoutleft", "eyelookinright"), ("eyelookinleft", "eyelookoutright")),
    (("eyelookupleft", "eyelookupright"), ("eyelookdownleft", "eyelookdownright")),
)
GAZE_NAMES = frozenset(name for axis in GAZE_KEYS for side in axis for name in side)


def gaze_keys(face: bpy.types.Object) -> dict[str, bpy.types.ShapeKey]:
    """The keys that turn the eyes, by canonical name; empty for a face that has none."""
    named = {canonical_name(key.name): key for key in expression_keys(face)}
    return {name: named[name] for name in GAZE_NAMES & named.keys()}


def gaze(face: bpy.types.Object, axis: int) -> float:
    """How far the eyes look to the subject's left (axis 0) or up (axis 1), -1 to 1; their mean if they differ."""
    keys = gaze_keys(face)
    ahead, back = ([keys[name].value for name in side if name in keys] for side in GAZE_KEYS[axis])
    return (sum(ahead) - sum(back)) / max(len(ahead), len(back), 1)


def set_gaze(face: bpy.types.Object, axis: int, value: float) -> None:
    """Let both eyes look that far, -1 to 1."""
    keys = gaze_keys(face)
    for names, amount in zip(GAZE_KEYS[axis], (max(0.0, value), max(0.0, -value)), strict=True):
        for name in names:
            if name in keys:
                keys[name].value = amount
                insert_if_asked([keys[name]])
