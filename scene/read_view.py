"""How the camera sees a face now and what light it stands in, in the terms of a result (docs/conventions.md)."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
from mathutils import Matrix

from ..geometry.arrays import Floats
from ..result.reconstruction import Reconstruction
from .axes import CAMERA_TO_VIEW, MODEL_TO_BLENDER, from_blender
from .light.lighting import photo_light
from .light.sh_light import TRANSFER, sh_basis, turn_light
from .light.sky import COEFFICIENT_NAMES, ROTATION, STRENGTH, SUN_COLOUR, SUN_STRENGTH, WARMTH, light_node, warmth_gains
from .setup.picture import pixel_scale
from .state import state_of
from .turning import head_bone


def with_view(result: Reconstruction, face: bpy.types.Object) -> Reconstruction:
    """The result with camera, pose and light as they are in the scene; unchanged if its perspective camera is gone.

    A head that was scaled is described as one of its own size that is nearer or farther away.
    """
    camera = state_of(face).camera
    if camera is None or not camera.users_scene or camera.data.type != "PERSP":
        return result
    bpy.context.view_layer.update()
    to_camera = camera.matrix_world.normalized().inverted() @ _head_matrix(face)
    turn, sizes, turn_back = np.linalg.svd(CAMERA_TO_VIEW @ np.array(to_camera)[:3, :3] @ MODEL_TO_BLENDER)
    return replace(
        result,
        intrinsics=_intrinsics(camera, result),
        rotation=turn @ turn_back,
        translation=CAMERA_TO_VIEW @ np.array(to_camera.translation) / sizes.mean(),
        lighting=_light(face, camera),
    )


def _head_matrix(face: bpy.types.Object) -> Matrix:
    """From the space of the mesh to the world, as the head bone carries it."""
    head = head_bone(face)
    if head is None:
        return face.matrix_world
    rig = head.id_data.matrix_world
    return rig @ head.matrix @ head.bone.matrix_local.inverted() @ rig.inverted() @ face.matrix_world


def _intrinsics(camera: bpy.types.Object, result: Reconstruction) -> Floats:
    width, height = result.image_size
    scale_x, scale_y = pixel_scale(result.intrinsics)
    depsgraph = bpy.context.evaluated_depsgraph_get()
    p = camera.calc_matrix_camera(depsgraph, x=width, y=height, scale_x=scale_x, scale_y=scale_y)
    focal = np.array([width * p[0][0], height * p[1][1]]) / 2
    centre = np.array([width * (1.0 - p[0][2]), height * (1.0 + p[1][2])]) / 2
    return np.array([[focal[0], 0.0, centre[0]], [0.0, focal[1], centre[1]], [0.0, 0.0, 1.0]])


def _light(face: bpy.types.Object, camera: bpy.types.Object) -> Floats:
    memory = state_of(face)
    node = light_node(memory.world)
    if node is None:
        return photo_light(face)
    value = {name: socket.default_value for name, socket in node.inputs.items()}
    light = np.array([tuple(value[name]) for name in COEFFICIENT_NAMES])
    if memory.sun is not None and memory.sun.users_scene:
        towards = from_blender(np.array(memory.sun.rotation_euler.to_matrix())[:, 2])
        irradiance = value[SUN_STRENGTH] * np.array(value[SUN_COLOUR][:3])
        light = light + (TRANSFER * sh_basis(towards))[:, None] * irradiance
    light = light * warmth_gains(value[WARMTH]) * value[STRENGTH]
    turn = np.array(Matrix.Rotation(value[ROTATION], 3, "Z"))
    to_camera = np.array(camera.matrix_world.to_3x3().normalized()).T
    return turn_light(light, to_camera @ turn @ MODEL_TO_BLENDER)
