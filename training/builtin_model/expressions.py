"""The 51 ARKit expressions of the built-in model, made from muscle-like displacement fields on its own mesh."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...anatomy.arkit import ARKIT_NAMES, mirrored_name
from ...bfm.builtin.anatomy import Anatomy
from ...bfm.builtin.muscles import FaceGeometry
from ...geometry.arrays import Floats
from . import expressions_jaw as jaw
from . import expressions_mouth as mouth
from . import expressions_upper as upper

Recipe = Callable[[Anatomy], Floats]

# Symmetric expressions, and the left one of every pair.
RECIPES: dict[str, Recipe] = {
    "eyeBlinkLeft": upper.blink_left,
    "eyeLookDownLeft": upper.look_down_left,
    "eyeLookInLeft": upper.look_in_left,
    "eyeLookOutLeft": upper.look_out_left,
    "eyeLookUpLeft": upper.look_up_left,
    "eyeSquintLeft": upper.squint_left,
    "eyeWideLeft": upper.wide_left,
    "jawForward": jaw.jaw_forward,
    "jawLeft": jaw.jaw_left,
    "jawOpen": jaw.jaw_open,
    "mouthClose": jaw.mouth_close,
    "mouthFunnel": mouth.funnel,
    "mouthPucker": mouth.pucker,
    "mouthLeft": mouth.mouth_left,
    "mouthSmileLeft": mouth.smile_left,
    "mouthFrownLeft": mouth.frown_left,
    "mouthDimpleLeft": mouth.dimple_left,
    "mouthStretchLeft": mouth.stretch_left,
    "mouthRollLower": mouth.roll_lower,
    "mouthRollUpper": mouth.roll_upper,
    "mouthShrugLower": mouth.shrug_lower,
    "mouthShrugUpper": mouth.shrug_upper,
    "mouthPressLeft": mouth.press_left,
    "mouthLowerDownLeft": mouth.lower_down_left,
    "mouthUpperUpLeft": mouth.upper_up_left,
    "browDownLeft": upper.brow_down_left,
    "browInnerUp": upper.brow_inner_up,
    "browOuterUpLeft": upper.brow_outer_up_left,
    "cheekPuff": mouth.cheek_puff,
    "cheekSquintLeft": upper.cheek_squint_left,
    "noseSneerLeft": upper.sneer_left,
}


def expression_basis(geometry: FaceGeometry) -> Floats:
    """Displacements (51, V, 3), metres, of the geometry's vertices at slider 1.0, in the order of `ARKIT_NAMES`."""
    face = Anatomy(geometry)
    fields: dict[str, Floats] = {}
    for name, recipe in RECIPES.items():
        other = mirrored_name(name)
        displacement = recipe(face)
        fields[name] = geometry.symmetric(displacement) if other == name else displacement
        fields.setdefault(other, geometry.mirrored(displacement))
    return np.stack([fields[name] for name in ARKIT_NAMES])
