"""What a face has and a human's body has not: eyes, teeth, tongue, lashes, as an object of the human's own."""

from __future__ import annotations

import bmesh
import bpy
import numpy as np

from ...geometry.arrays import Ints
from ..axes import to_blender
from ..building.rig import fill_group
from ..expressions.closed_lids import drive_lid_closers
from ..read_mesh import joints, key_vertices, skin_weights
from ..shape_keys import expression_keys
from ..state import state_of
from .find import rig_of
from .fit import HeadFit
from .head_cage import HeadCage
from .rig import bone_for, skull_bone


def put_parts_on(
    human: bpy.types.Object, face: bpy.types.Object, fit: HeadFit, cage: HeadCage
) -> bpy.types.Object | None:
    """Make the parts that move with the human's keys and bones; None where the face has none. Earlier ones go."""
    earlier = state_of(human).worn_parts
    if earlier is not None and earlier.parent == human:  # those of a human that this one was copied from stay
        bpy.data.batch_remove([earlier, earlier.data])
    data = face.data.copy()
    data.name = f"{face.name} Parts"
    _keep_parts(data, cage.children)
    parts = bpy.data.objects.new(data.name, data)
    if not len(data.vertices):
        bpy.data.batch_remove([parts, data])
        return None
    for collection in human.users_collection:
        collection.objects.link(parts)
    _move(parts, fit)
    _drive(parts, human.data.shape_keys)
    parts.parent = human
    _weigh(parts, human, joints(face)[0], skull_bone(human, cage, fit))
    state_of(human).worn_parts = parts
    return parts


def _keep_parts(data: bpy.types.Mesh, gone: Ints) -> None:
    """Remove faces and what only they use."""
    mesh = bmesh.new()
    mesh.from_mesh(data)
    mesh.faces.ensure_lookup_table()
    bmesh.ops.delete(mesh, geom=[mesh.faces[index] for index in gone], context="FACES")
    mesh.to_mesh(data)
    mesh.free()


def _move(parts: bpy.types.Object, fit: HeadFit) -> None:
    """Every shape into the human's space."""
    keys = parts.data.shape_keys
    for key in keys.key_blocks if keys else ():
        shape = np.ascontiguousarray(to_blender(fit.similarity.apply(key_vertices(key))), dtype=np.float32)
        key.points.foreach_set("co", shape.ravel())
        if key == keys.reference_key:
            parts.data.vertices.foreach_set("co", shape.ravel())
    parts.data.update()


def _drive(parts: bpy.types.Object, leader: bpy.types.Key) -> None:
    """Let each key of the parts have the value of the human's key of its name."""
    for key in expression_keys(parts):
        key.driver_remove("value")
        driver = key.driver_add("value").driver
        driver.type = "SUM"  # an expression would ask the user for permission to run
        variable = driver.variables.new()
        variable.targets[0].id_type, variable.targets[0].id = "KEY", leader
        variable.targets[0].data_path = leader.key_blocks[key.name].path_from_id("value")
    drive_lid_closers(parts)


def _weigh(
    parts: bpy.types.Object, human: bpy.types.Object, joint_names: tuple[str, ...], skull: bpy.types.Bone | None
) -> None:
    """Hang the parts, weighted by the face's joints, on the human's bones for these; all else on its skull."""
    weights = skin_weights(parts, joint_names)
    parts.vertex_groups.clear()
    if skull is None:
        return
    bones = {joint: bone_for(human, joint, skull).name for joint in joint_names}
    for bone in dict.fromkeys(bones.values()):
        of_bone = [column for column, joint in enumerate(joint_names) if bones[joint] == bone]
        fill_group(parts.vertex_groups.new(name=bone), weights[:, of_bone].sum(axis=1))
    parts.modifiers.new("Likeness Armature", "ARMATURE").object = rig_of(human)
