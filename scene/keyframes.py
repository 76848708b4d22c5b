"""Keyframes for what a button sets, as Blender makes them for what a slider sets."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

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


def keyed_frames(blocks: Iterable[bpy.types.ID | None]) -> tuple[int, int] | None:
    """The first and last frame with keyframes of data blocks; None where nothing is keyed."""
    found = [frames for block in blocks if block is not None for frames in _keyed(block.animation_data)]
    if not found:
        return None
    return math.floor(min(first for first, _ in found)), math.ceil(max(last for _, last in found))


def _keyed(animation: bpy.types.AnimData | None) -> Iterator[tuple[float, float]]:
    if animation is None:
        return
    if animation.action is not None:
        yield from (curve.range() for curve in _curves(animation) if not curve.is_empty)
    if animation.use_nla:
        strips = [strip for track in animation.nla_tracks if not track.mute for strip in track.strips]
        yield from ((strip.frame_start, strip.frame_end) for strip in strips if not strip.mute)


def _curves(animation: bpy.types.AnimData) -> Iterable[bpy.types.FCurve]:
    action: Any = animation.action
    if not hasattr(action, "layers"):  # until Blender 4.3
        return action.fcurves
    bags = [bag for layer in action.layers for strip in layer.strips for bag in strip.channelbags]
    return [curve for bag in bags if bag.slot == animation.action_slot for curve in bag.fcurves]
