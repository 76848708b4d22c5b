"""Pose: back to the photo, back to the front."""

from __future__ import annotations

import bpy

CLASSES: tuple[type[bpy.types.bpy_struct], ...] = ()
