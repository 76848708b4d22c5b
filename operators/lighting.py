"""Light: match the photo, studio presets."""

from __future__ import annotations

import bpy

CLASSES: tuple[type[bpy.types.bpy_struct], ...] = ()
