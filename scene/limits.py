"""How far the bones of a head turn: as far as a living one's, by constraints, so that a file keeps to it by itself.

Where a model has a key that opens the mouth, the jaw's bone shares one opening with it: what the key has opened, the
bone can open no more. Of two ways to open a mouth none then comes on top of the other.
"""

from __future__ import annotations

import math
from typing import Any

import bpy

from ..anatomy.joints import JointName, is_eye_joint
from .shape_keys import jaw_key

CONSTRAINT = "Likeness Limit"
# Yaw about the upright axis, in it pitch, in it roll: that is how one says where a head points.
TURN_ORDER = "ZXY"
X, Y, Z = range(3)
Limits = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]

# Degrees about the axes of each bone (`building.rig`): least and greatest about X, Y and Z.
HEAD_LIMITS: Limits = ((-60.0, 60.0), (-80.0, 80.0), (-45.0, 45.0))  # pitch, yaw, roll
JAW_LIMITS: Limits = ((0.0, 35.0), (-10.0, 10.0), (-10.0, 10.0))
EYE_LIMITS: Limits = ((-30.0, 30.0), (0.0, 0.0), (-35.0, 35.0))
TONGUE_LIMITS: Limits = ((-35.0, 35.0), (-20.0, 20.0), (-35.0, 35.0))


def limit_bones(face: bpy.types.Object, rig: bpy.types.Object) -> None:
    """Let no bone turn farther than nature does, or than the photo, whose pose it has now."""
    for bone in rig.pose.bones:
        degrees = bone_limits(bone.name)
        if degrees is not None:
            _limit(bone, degrees)
    jaw = rig.pose.bones.get(JointName.JAW)
    opening = jaw_key(face)
    if jaw is not None and opening is not None:
        _share_opening(jaw, face, opening.name)


def bone_limits(name: str) -> Limits | None:
    """Degrees about X, Y and Z that the bone of a joint turns; None for one that is not limited."""
    if is_eye_joint(name):
        return EYE_LIMITS
    return {JointName.HEAD: HEAD_LIMITS, JointName.JAW: JAW_LIMITS, JointName.TONGUE: TONGUE_LIMITS}.get(name)


def _limit(bone: bpy.types.PoseBone, degrees: Limits) -> None:
    constraint: Any = bone.constraints.new("LIMIT_ROTATION")
    constraint.name, constraint.owner_space = CONSTRAINT, "LOCAL"
    now = bone.matrix_basis.to_euler(bone.rotation_mode)
    for axis, (least, most), angle in zip("xyz", degrees, now, strict=True):
        setattr(constraint, f"use_limit_{axis}", True)
        setattr(constraint, f"min_{axis}", min(math.radians(least), angle))
        setattr(constraint, f"max_{axis}", max(math.radians(most), angle))


def _share_opening(jaw: bpy.types.PoseBone, face: bpy.types.Object, key: str) -> None:
    """Let the bone open by what the key, from 0 to 1, has left."""
    driver: Any = jaw.constraints[CONSTRAINT].driver_add("max_x").driver
    variable = driver.variables.new()
    variable.name = "opened"
    # The keys themselves: asked by way of the object they would wait for its mesh, which waits for the bone.
    variable.targets[0].id_type, variable.targets[0].id = "KEY", face.data.shape_keys
    variable.targets[0].data_path = f'key_blocks["{bpy.utils.escape_identifier(key)}"].value'
    driver.type = "SCRIPTED"
    # Of the simple kind that Blender computes without Python, in files that it does not trust, too.
    driver.expression = f"{math.radians(JAW_LIMITS[X][1]):.6f} * min(1.0, max(0.0, 1.0 - opened))"
