"""The turns of bones as a slider shows them: one angle each, clamped to what the bone may do."""

from __future__ import annotations

import math
from typing import Any

import bpy
from mathutils import Euler, Matrix

from ..anatomy.joints import JointName
from .keyframes import insert_if_asked
from .limits import CONSTRAINT, TURN_ORDER, bone_limits

# Axes of the head's bone, and of the jaw's the first (`building.rig`).
PITCH, YAW, ROLL = range(3)


def head_bone(face: bpy.types.Object) -> bpy.types.PoseBone | None:
    """The bone that carries the head; None where the rig is gone."""
    rig = face.find_armature()
    if rig is None:
        return None
    bones = rig.pose.bones
    return bones.get(JointName.HEAD) or next((bone for bone in bones if bone.parent is None), None)


def jaw_bone(face: bpy.types.Object) -> bpy.types.PoseBone | None:
    """The bone that opens the mouth of a face without such a key."""
    rig = face.find_armature()
    return rig.pose.bones.get(JointName.JAW) if rig else None


def angle_of(bone: bpy.types.PoseBone | None, axis: int) -> float:
    """How far a bone is turned about one of its axes, radians, as far as it is let; 0 for no bone."""
    if bone is None:
        return 0.0
    angle = bone.matrix_basis.to_euler(TURN_ORDER)[axis]
    limit: Any = bone.constraints.get(CONSTRAINT)
    name = "xyz"[axis]
    return min(max(angle, getattr(limit, f"min_{name}")), getattr(limit, f"max_{name}")) if limit else angle


def set_angle(bone: bpy.types.PoseBone | None, axis: int, angle: float) -> None:
    """Turn a bone about one of its axes, in whatever rotation mode it is; its other angles and its place stay."""
    if bone is None:
        return
    place, _, size = bone.matrix_basis.decompose()
    angles = [angle_of(bone, other) for other in range(3)]
    angles[axis] = angle
    bone.matrix_basis = Matrix.LocRotScale(place, Euler(angles, TURN_ORDER), size)
    insert_if_asked([bone])


def slider_range(joint: str, axis: int) -> tuple[float, float]:
    """Least and greatest angle of a joint's bone about one of its axes, radians."""
    limits = bone_limits(joint)
    if limits is None:
        return -math.pi, math.pi
    least, most = limits[axis]
    return math.radians(least), math.radians(most)
