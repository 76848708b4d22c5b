"""The expression of a face: its shape keys' values, read, set, mirrored and keyed by the shapes' names."""

from __future__ import annotations

import json
from collections.abc import Mapping

import bpy

from ...anatomy.arkit import NUMBERED, canonical_name, mirrored_name, values_for
from ...errors import LikenessError
from ..keyframes import insert_if_asked
from ..shape_keys import expression_keys
from ..state import state_of


def expression_of(face: bpy.types.Object) -> dict[str, float]:
    """Value of each shape key by its name."""
    return {key.name: key.value for key in expression_keys(face)}


def apply_expression(face: bpy.types.Object, values: Mapping[str, float], strength: float = 1.0) -> int:
    """Move the shape keys that ``values`` speak of towards them, within each slider's range.

    Args:
        face: its keys are matched by name, whatever the spelling (`values_for`).
        values: a value for each shape's name; keys it does not speak of stay.
        strength: 0 leaves the face as it is, 1 goes all the way.

    Returns:
        How many of the face's keys were spoken of.

    Raises:
        LikenessError: none was.
    """
    keys = expression_keys(face)
    wanted = values_for([key.name for key in keys], values)
    if not wanted:
        raise LikenessError(f"{face.name} has no shape key of these names, so this expression cannot be shown with it.")
    for key in keys:
        if key.name in wanted:
            _set_value(key, key.value + strength * (wanted[key.name] - key.value))
    insert_if_asked(key for key in keys if key.name in wanted)
    return len(wanted)


def transfer_expression(values: Mapping[str, float], model: str, face: bpy.types.Object, strength: float = 1.0) -> int:
    """`apply_expression` with values that a face of the ``model`` shows: numbered shapes mean nothing to another.

    What the face shows by numbered shapes of its own would come on top, so those go to 0 with another's values.
    """
    if model == state_of(face).model:
        return apply_expression(face, values, strength)
    values = {name: value for name, value in values.items() if not NUMBERED.fullmatch(name)}
    count = apply_expression(face, values, strength)
    if numbered := numbered_keys(face):
        apply_expression(face, dict.fromkeys(numbered, 0.0), strength)
    return count


def numbered_keys(face: bpy.types.Object) -> list[str]:
    """Names of the face's shapes that are axes of a statistical basis."""
    return [key.name for key in expression_keys(face) if NUMBERED.fullmatch(key.name)]


def reset_expression(face: bpy.types.Object) -> None:
    """The neutral face: every key at 0."""
    apply_expression(face, dict.fromkeys(expression_of(face), 0.0))


def mirror_expression(face: bpy.types.Object) -> None:
    """Swap what the left and the right side of the face do."""
    apply_expression(face, {mirrored_name(canonical_name(name)): v for name, v in expression_of(face).items()})


def photo_expression(face: bpy.types.Object) -> dict[str, float]:
    """The values that the photo shows, by key name; empty where the face does not remember them."""
    return json.loads(state_of(face).photo_expression or "{}")


def remember_expression(face: bpy.types.Object) -> None:
    """What the face shows now is what its photo shows."""
    state_of(face).photo_expression = json.dumps(expression_of(face))


def _set_value(key: bpy.types.ShapeKey, value: float) -> None:
    key.value = min(max(value, key.slider_min), key.slider_max)
