"""Create Face, and choosing the photo and the face in it."""

from __future__ import annotations

import bpy

CLASSES: tuple[type[bpy.types.bpy_struct], ...] = ()
