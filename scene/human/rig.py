"""A human's own rig under another head: which of its bones are meant, and where they belong."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Vector

from ...anatomy.joints import JointName
from ...geometry.arrays import Floats
from ..axes import from_blender, to_blender
from ..mode import object_mode
from ..read_mesh import joints
from .find import rig_of
from .fit import HeadFit, follow
from .head_cage import HeadCage

# How rigs for MPFB2's humans call the bones that turn a joint; of `mixamorig:LeftEye` what is behind the colon counts.
BONES = {
    JointName.JAW: ("jaw",),
    JointName.TONGUE: ("jaw",),
    JointName.EYE_LEFT: (JointName.EYE_LEFT.lower(), "lefteye"),
    JointName.EYE_RIGHT: (JointName.EYE_RIGHT.lower(), "righteye"),
}
PIVOTS = (JointName.JAW, *JointName.EYES)


def skull_bone(human: bpy.types.Object, cage: HeadCage, fit: HeadFit) -> bpy.types.Bone | None:
    """The bone that carries most of the head, whatever it is called; None for a human without a rig."""
    rig = rig_of(human)
    if rig is None:
        return None
    weights: dict[int, float] = {}
    for vertex in cage.base[fit.share == 1.0].tolist():
        for entry in human.data.vertices[vertex].groups:
            weights[entry.group] = weights.get(entry.group, 0.0) + entry.weight
    names = {group.index: group.name for group in human.vertex_groups if group.name in rig.data.bones}
    heaviest = max(weights.keys() & names.keys(), key=weights.__getitem__, default=None)
    return None if heaviest is None else rig.data.bones[names[heaviest]]


def bone_for(human: bpy.types.Object, joint: str, skull: bpy.types.Bone) -> bpy.types.Bone:
    """The bone of a human's rig that turns a joint of the face; the skull where it has none."""
    words = BONES.get(joint, ())
    named = (bone for bone in skull.children_recursive if bone.name.rpartition(":")[2].lower() in words)
    return next(named, skull)


def fit_bones(
    human: bpy.types.Object,
    face: bpy.types.Object,
    skull: bpy.types.Bone,
    fit: HeadFit,
    vertices: Floats,
    moves: Floats,
) -> None:
    """Move the bones of a human's head with it, jaw and eyes to where the face turns them.

    Bones that follow others by constraints, as in what Rigify generates, would be torn from these: they stay, all.

    Args:
        vertices: (B, 3) the head's before, in the human's space.
        moves: (B, 3) how they move.
    """
    rig = rig_of(human)
    bones = [bone.name for bone in skull.children_recursive]
    if rig is None or any(rig.pose.bones[name].constraints for name in bones):
        return
    names, _, places = joints(face)
    pivots = {}
    for joint, place in zip(names, fit.similarity.apply(places), strict=True):
        bone = bone_for(human, joint, skull)
        if joint in PIVOTS and bone != skull:
            pivots[bone.name] = place
    to_human = np.array(human.matrix_world.inverted() @ rig.matrix_world)
    ends = np.array([end for name in bones for end in _ends(rig.data.bones[name])]).reshape(-1, 3)
    before = from_blender(_transformed(to_human, ends)).reshape(-1, 2, 3)
    after = before + follow(before.reshape(-1, 3), vertices, moves).reshape(-1, 2, 3)
    for index, name in enumerate(bones):
        if name in pivots:
            after[index] = before[index] + pivots[name] - before[index, 0]
    placed = _transformed(np.linalg.inv(to_human), to_blender(after.reshape(-1, 3))).reshape(-1, 2, 3)
    _write(rig, dict(zip(bones, placed, strict=True)))


def _write(rig: bpy.types.Object, places: dict[str, Floats]) -> None:
    """Move heads and tails of bones, which exist in edit mode only."""
    layer = bpy.context.view_layer
    with object_mode():
        active, layer.objects.active = layer.objects.active, rig
        mirrored, rig.data.use_mirror_x = rig.data.use_mirror_x, False
        bpy.ops.object.mode_set(mode="EDIT")
        for name, (head, tail) in places.items():
            bone = rig.data.edit_bones[name]
            bone.head, bone.tail = Vector(head.tolist()), Vector(tail.tolist())
        bpy.ops.object.mode_set(mode="OBJECT")
        rig.data.use_mirror_x = mirrored
        layer.objects.active = active


def _ends(bone: bpy.types.Bone) -> tuple[Vector, Vector]:
    return bone.head_local, bone.tail_local


def _transformed(matrix: Floats, points: Floats) -> Floats:
    return points @ matrix[:3, :3].T + matrix[:3, 3]
