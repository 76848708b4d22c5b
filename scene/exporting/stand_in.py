"""A face and its rig as copies in a scene of their own: as long, turned and posed as a file wants them.

Exporters convert units and axes by scaling and turning nodes, write the pose of the moment, and take whatever the scene
plays for a take. Here the copies' own data are converted, the bones rest, and the scene is as long as the animation.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import bpy
from mathutils import Matrix

from ..keyframes import keyed_frames
from .bake import UNTURNED, Pair, bake, place_of
from .temporary import lent_names, temporary_blocks
from .units import metres_per_unit


@dataclass(frozen=True)
class Conversion:
    """From a scene to a file."""

    axes: Matrix = UNTURNED  # (4, 4), metres in Blender's axes -> units in those of the file
    keeps_place: bool = True  # where the rig stands and how it is turned; else it stands at the origin
    rig_name: str = ""  # "" for the rig's own


@contextmanager
def stand_in(face: bpy.types.Object, conversion: Conversion, animation: bool) -> Iterator[bool]:
    """Make a scene of the face and its rig the context's, all of which is to be exported; says whether it moves.

    If so, it moves from frame to frame of the scene's range. At the scene's current frame, which is the one before, the
    bones rest and the keys have the values that the face has now.
    """
    user, rig = bpy.context.scene, face.find_armature()
    frames = keyed_frames([face, face.data.shape_keys, rig]) if animation else None
    bpy.context.view_layer.update()
    with temporary_blocks():
        scene = bpy.data.scenes.new(face.name)
        scene.render.fps, scene.render.fps_base = user.render.fps, user.render.fps_base
        pair = _copied(face, rig, scene, conversion)
        if frames is not None:
            try:
                bake(pair, scene, *frames)
            finally:  # back to where the originals were moved from
                user.frame_set(user.frame_current, subframe=user.frame_subframe)
        scene.collection.objects.link(pair.copy)
        scene.view_layers[0].update()
        names = {pair.copy: face.name, pair.copy.data: face.data.name}
        if rig is not None:
            names[pair.rig_copy] = conversion.rig_name or rig.name
        with lent_names(names), bpy.context.temp_override(scene=scene, view_layer=scene.view_layers[0]):
            yield frames is not None


def _copied(
    face: bpy.types.Object, rig: bpy.types.Object | None, scene: bpy.types.Scene, conversion: Conversion
) -> Pair:
    """Face and rig beside their copies, which are as the originals are now, but at rest."""
    world = (rig or face).matrix_world
    place = place_of(world)
    to_file = conversion.axes @ Matrix.Scale(metres_per_unit(bpy.context.scene, world), 4)
    to_data = to_file @ place.inverted()
    copy = _copy_face(face, to_data @ face.matrix_world)
    rig_copy = _copy_rig(rig, scene, to_data @ world) if rig is not None else None
    if rig_copy is not None:
        copy.parent = rig_copy
        modifier: Any = copy.modifiers.new("Armature", "ARMATURE")
        modifier.object = rig_copy
    pair = Pair(face, copy, rig, rig_copy, to_file, UNTURNED if conversion.keeps_place else place)
    pair.express(face.data.shape_keys)
    pair.put(world)
    return pair


def _copy_face(face: bpy.types.Object, matrix: Matrix) -> bpy.types.Object:
    copy: Any = face.copy()
    data: Any = face.data.copy()
    for block in filter(None, (copy, data, data.shape_keys)):
        block.animation_data_clear()
    data.transform(matrix, shape_keys=True)
    if matrix.is_negative:
        data.flip_normals()
    copy.data = data
    copy.constraints.clear()
    copy.modifiers.clear()
    copy.parent, copy.hide_viewport, copy.hide_render = None, False, False
    copy.matrix_parent_inverse = copy.matrix_world = UNTURNED
    return copy


def _copy_rig(rig: bpy.types.Object, scene: bpy.types.Scene, matrix: Matrix) -> bpy.types.Object:
    """Another object rather than a copy: it rests, and nothing holds it."""
    copy = bpy.data.objects.new(rig.name, rig.data.copy())
    copy.data.animation_data_clear()
    copy.data.pose_position = "POSE"
    copy.data.transform(matrix)
    scene.collection.objects.link(copy)
    scene.view_layers[0].update()  # which makes its pose
    for bone in copy.pose.bones:
        bone.rotation_mode = "QUATERNION"
    return copy
