"""What a face and its rig show from frame to frame, as keyframes of their copies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from ..keyframes import keyed_frames
from ..shape_keys import expression_keys

UNTURNED = Matrix.Identity(4)
STILL = 1e-6  # by how much of a metre, or of 1, what does not move may differ from frame to frame
CHANNELS = ("location", "rotation_quaternion", "scale")


@dataclass(frozen=True)
class Pair:
    """A face and its rig beside their copies, which are in the axes and units of a file."""

    face: bpy.types.Object
    copy: bpy.types.Object
    rig: bpy.types.Object | None
    rig_copy: bpy.types.Object | None
    to_file: Matrix  # (4, 4), from the world to the file
    origin: Matrix  # (4, 4), which of the world's places is the file's origin

    @property
    def root(self) -> bpy.types.Object:
        """The copy that nothing carries."""
        return self.rig_copy or self.copy

    def put(self, world: Matrix) -> None:
        """Put the copies where the matrix of the rig, or of a face that has none, says."""
        moved = self.origin.inverted() @ place_of(world)
        self.root.matrix_world = self.to_file @ moved @ self.to_file.inverted()

    def express(self, keys: bpy.types.Key | None) -> None:
        """Give the copy's keys these values."""
        for key in expression_keys(self.copy) if keys else ():
            key.value = keys.key_blocks[key.name].value

    def pose(self, rig: Any) -> None:
        """Turn the copy's bones as those of the rig look, whatever turns them."""
        size = (self.to_file @ rig.matrix_world).median_scale
        for bone in rig.pose.bones:
            own = bone.bone.convert_local_to_pose(
                bone.matrix,
                bone.bone.matrix_local,
                parent_matrix=bone.parent.matrix if bone.parent else UNTURNED,
                parent_matrix_local=bone.parent.bone.matrix_local if bone.parent else UNTURNED,
                invert=True,
            )
            copy = self.rig_copy.pose.bones[bone.name]
            location, copy.rotation_quaternion, copy.scale = own.decompose()
            copy.location = location * size

    def rest(self, matrix: Matrix) -> None:
        """Let the copy of the rig neither move nor be turned."""
        self.rig_copy.animation_data_clear()
        self.rig_copy.matrix_world = matrix
        for bone in self.rig_copy.pose.bones:
            bone.matrix_basis = UNTURNED


def place_of(world: Matrix) -> Matrix:
    """A matrix without its scale."""
    location, rotation, _ = world.decompose()
    return Matrix.LocRotScale(location, rotation, None)


def bake(pair: Pair, scene: bpy.types.Scene, first: int, last: int) -> None:
    """Key every frame with what the originals show, and the one before with what the copies are now.

    A rig that is not keyed and does not move rests.

    Args:
        scene: for the copies. Its range becomes that of the keyframes, its current frame the one before.
    """
    shift = max(0, 1 - first)  # a scene begins at frame 0 at the earliest
    now, poses = pair.root.matrix_world.copy(), []
    pair.root.rotation_mode = "QUATERNION"
    _key(pair, first - 1 + shift)
    keys = _keys_alone(pair.face)
    shown = [item for item in (keys, pair.rig) if item is not None]
    for item in shown:
        scene.collection.objects.link(item)
    for frame in range(first, last + 1):
        scene.frame_set(frame)
        depsgraph = scene.view_layers[0].depsgraph
        if keys is not None:
            pair.express(keys.data.shape_keys.evaluated_get(depsgraph))
        if pair.rig is not None:
            rig = pair.rig.evaluated_get(depsgraph)
            pair.put(rig.matrix_world)
            pair.pose(rig)
            poses.append(np.array([rig.matrix_world, *(bone.matrix for bone in rig.pose.bones)]))
        _key(pair, frame + shift)
    for item in shown:
        scene.collection.objects.unlink(item)
    if pair.rig is not None and keyed_frames([pair.rig]) is None and np.ptp(poses, axis=0).max() < STILL:
        pair.rest(now)
    scene.frame_start, scene.frame_end = first + shift, last + shift
    scene.frame_set(first - 1 + shift)


def _keys_alone(face: bpy.types.Object) -> bpy.types.Object | None:
    """An object with the keys of a face that has no vertices: they move all the same, and quickly."""
    if face.data.shape_keys is None:
        return None
    mesh = face.data.copy()
    mesh.clear_geometry()
    return bpy.data.objects.new("Keys", mesh)


def _key(pair: Pair, frame: int) -> None:
    for key in expression_keys(pair.copy):
        key.keyframe_insert("value", frame=frame)
    for thing in (pair.rig_copy, *pair.rig_copy.pose.bones) if pair.rig_copy else ():
        for channel in CHANNELS:
            thing.keyframe_insert(channel, frame=frame)
