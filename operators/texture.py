"""Textures: bake again at another size."""

from __future__ import annotations

import bpy

CLASSES: tuple[type[bpy.types.bpy_struct], ...] = ()
