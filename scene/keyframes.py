"""Keyframes for what a button sets, as Blender makes them for what a slider sets."""

from __future__ import annotations

from collections.abc import Iterable

import bpy

Keyable = bpy.types.ShapeKey | bpy.types.PoseBone


def insert(things: Iterable[Keyable]) -> int:
    """Insert keyframes at the current frame for values of shape keys and rotations of bones; returns for how many.

    What a driver rules is passed over.
    """
    return sum(thing.keyframe_insert(_property(thing)) for thing in things if not is_driven(thing))


def insert_if_asked(things: Iterable[Keyable]) -> None:
    """`insert` where the scene keys automatically."""
    if bpy.context.scene.tool_settings.use_keyframe_insert_auto:
        insert(things)


def is_driven(thing: Keyable) -> bool:
    """Whether a driver sets the shape key's value or the bone's rotation."""
    animation = thing.id_data.animation_data
    if animation is None or not animation.drivers:
        return False
    path = thing.path_from_id(_property(thing))
    return any(curve.data_path == path for curve in animation.drivers)


def _property(thing: Keyable) -> str:
    if isinstance(thing, bpy.types.ShapeKey):
        return "value"
    modes = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}
    return modes.get(thing.rotation_mode, "rotation_euler")
