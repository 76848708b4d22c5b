"""What Blender makes of a face: the dependency graph's result, and where its camera sees it."""

# pyright: reportAttributeAccessIssue=none, reportArgumentType=none
from __future__ import annotations

import bpy
import numpy as np
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Vector


def evaluated_vertices(face: bpy.types.Object) -> np.ndarray:
    """What the depsgraph makes of a face: vertices (N, 3) in world space."""
    bpy.context.view_layer.update()
    result = face.evaluated_get(bpy.context.evaluated_depsgraph_get())
    points = np.empty(len(result.data.vertices) * 3, np.float32)
    result.data.vertices.foreach_get("co", points)
    world = np.array(result.matrix_world)
    return points.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]


def base_vertices(face: bpy.types.Object) -> np.ndarray:
    """`evaluated_vertices` without subdivision and displacement: one for each vertex of the model."""
    shown = [modifier for modifier in face.modifiers if modifier.type != "ARMATURE" and modifier.show_viewport]
    for modifier in shown:
        modifier.show_viewport = False
    points = evaluated_vertices(face)
    for modifier in shown:
        modifier.show_viewport = True
    return points


def pixels(scene: bpy.types.Scene, points: np.ndarray) -> np.ndarray:
    """World points (N, 3) -> pixels (N, 2) of the scene's camera, y down, top-left corner (0, 0)."""
    seen = np.array([world_to_camera_view(scene, scene.camera, Vector(point)) for point in points.tolist()])
    return np.stack([seen[:, 0], 1.0 - seen[:, 1]], axis=-1) * [scene.render.resolution_x, scene.render.resolution_y]
