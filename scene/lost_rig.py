"""A face whose rig is gone, or was joined into another's (Ctrl J), gets a rig of its own again, posed as it was."""

from __future__ import annotations

import re
from itertools import combinations

import bpy
import numpy as np
from mathutils import Matrix

from ..errors import LikenessError
from ..geometry.similarity import umeyama
from .belongings import mark
from .building.rig import MODIFIER, create_armature
from .limits import limit_bones
from .mode import object_mode
from .record import Joints, recall_joints
from .state import active_face, faces_of, state_of

ENDING = re.compile(r"(\.\d{3,})?$")  # what Blender puts behind a name that is taken


def is_rig_lost(face: bpy.types.Object) -> bool:
    """Whether no rig moves a face that remembers its joints."""
    return face.find_armature() is None and recall_joints(face) is not None


def is_rig_joined(face: bpy.types.Object) -> bool:
    """Whether the rig of a face was joined into the armature that it hangs on now."""
    parent = face.parent
    return parent is not None and parent.type == "ARMATURE" and is_rig_lost(face)


def faces_without_rig(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The active face if its rig is gone, and those whose rigs were joined into the active one, or into its rig."""
    face, active = active_face(context), context.view_layer.objects.active
    if face is None:
        return []
    rigs = {active, face.parent} - {None}
    others = [other for other in faces_of(context.scene) if other.parent in rigs and is_rig_joined(other)]
    return [face, *others] if is_rig_lost(face) and face not in others else others


def restore_rig(face: bpy.types.Object) -> bpy.types.Object:
    """Give a face a rig of its own again, where the bones are that were its own, or at rest where it stands.

    Keyframes of bones stay with the rig they were joined into. Raises `LikenessError` if the face does not know its
    joints.
    """
    joints = recall_joints(face)
    if joints is None:
        raise LikenessError(f"{face.name} does not remember its joints, so no rig can be made for it; create it again.")
    joined = face.parent if is_rig_joined(face) else None
    with object_mode():
        rig = create_armature(joints, f"{face.name} Rig", face.users_collection[0])
        ending = _own_ending(joined, joints) if joined else None
        if joined is None or ending is None:
            rig.matrix_world = face.matrix_world.copy()
            face.matrix_basis = Matrix.Identity(4)
        else:
            _take_over(rig, joined, ending)
        _bind(face, rig)
        limit_bones(face, rig)
        if joined is not None and ending:
            _remove_bones(joined, [bone.name + ending for bone in rig.data.bones])
        bpy.context.view_layer.objects.active = face
    mark(face)
    state_of(rig).owner = state_of(face).id
    return rig


def _bind(face: bpy.types.Object, rig: bpy.types.Object) -> None:
    face.parent = rig
    face.matrix_parent_inverse = Matrix.Identity(4)
    old = next((modifier for modifier in face.modifiers if modifier.type == "ARMATURE"), None)
    modifier = old or face.modifiers.new(MODIFIER, "ARMATURE")
    modifier.object = rig
    if old is None:
        face.modifiers.move(len(face.modifiers) - 1, 0)


def _own_ending(rig: bpy.types.Object, joints: Joints) -> str | None:
    """What stands behind the names of the bones of ``rig`` that lie to each other as the joints do; None for none."""
    bones = rig.data.bones
    endings = {ENDING.search(bone.name).group() for bone in bones}
    sets = {end: [bones.get(name + end) for name in joints.joint_names] for end in sorted(endings)}
    whole = {end: np.array([bone.head_local for bone in found]) for end, found in sets.items() if None not in found}
    wanted = _distances(joints.joint_positions)
    misfit = {end: float(np.abs(_distances(heads) - wanted).max(initial=0.0)) for end, heads in whole.items()}
    if any(other.find_armature() == rig for other in bpy.data.objects):
        misfit.pop("", None)  # the bones of the one who has the rig
    return min(misfit, key=misfit.__getitem__, default=None)


def _distances(points: np.ndarray) -> np.ndarray:
    return np.array([np.linalg.norm(points[a] - points[b]) for a, b in combinations(range(len(points)), 2)])


def _take_over(rig: bpy.types.Object, joined: bpy.types.Object, ending: str) -> None:
    """Put ``rig`` where its bones are in the other, and pose them alike."""
    own = list(rig.data.bones)
    others = [joined.data.bones[bone.name + ending] for bone in own]
    if len(own) > 1:
        # By the ends of the bones: joining turns bones about themselves.
        place = umeyama(_ends(own), _ends(others))
        there = Matrix.LocRotScale(place.translation, Matrix(place.rotation.tolist()), (place.scale,) * 3)
    else:
        there = others[0].matrix_local @ own[0].matrix_local.inverted()
    rig.matrix_world = joined.matrix_world @ there
    for bone in rig.pose.bones:
        bone.matrix_basis = joined.pose.bones[bone.name + ending].matrix_basis.copy()


def _ends(bones: list[bpy.types.Bone]) -> np.ndarray:
    """Where bones begin and end (2 N, 3), in the space of their armature."""
    return np.array([point for bone in bones for point in (bone.head_local, bone.tail_local)], np.float64)


def _remove_bones(rig: bpy.types.Object, names: list[str]) -> None:
    """Remove bones with the drivers of their constraints."""
    if rig.animation_data:
        paths = tuple(f'pose.bones["{bpy.utils.escape_identifier(name)}"]' for name in names)
        for curve in [curve for curve in rig.animation_data.drivers if curve.data_path.startswith(paths)]:
            rig.animation_data.drivers.remove(curve)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for name in names:
        bone = rig.data.edit_bones.get(name)
        if bone is not None:
            rig.data.edit_bones.remove(bone)
    bpy.ops.object.mode_set(mode="OBJECT")
