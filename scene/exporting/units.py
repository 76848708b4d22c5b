"""How long the unit of a scene is, for a face."""

from __future__ import annotations

import bpy
from mathutils import Matrix

UNSCALED = 1e-5  # how far from 1 a scale is that nobody has set


def metres_per_unit(scene: bpy.types.Scene, world: Matrix) -> float:
    """What one unit of a rig's matrix is in metres.

    A rig that nobody has scaled is in metres whatever the scene's unit, for that is how faces are made. One that was
    scaled got its size in the scene's units.
    """
    units = scene.unit_settings
    unscaled = all(abs(scale - 1.0) < UNSCALED for scale in world.to_scale())
    return 1.0 if unscaled or units.system == "NONE" else units.scale_length
