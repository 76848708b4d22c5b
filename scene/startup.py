"""Room for a face: Blender's startup cube stands around the origin, and its lamp is no light of the photo."""

from __future__ import annotations

import bpy

STARTUP_NAMES = {"Camera", "Cube", "Light"}
CUBE_VERTICES = 8


def startup_objects(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """What Blender's startup file put into ``scene``, if that is all there is and nobody worked on it."""
    if {item.name for item in scene.objects} != STARTUP_NAMES:
        return []
    cube = scene.objects["Cube"]
    at_rest = cube.type == "MESH" and not cube.location.length and not cube.modifiers and not cube.animation_data
    return list(scene.objects) if at_rest and len(cube.data.vertices) == CUBE_VERTICES else []
