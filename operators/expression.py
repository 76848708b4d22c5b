"""Expressions: from a photo, from another face, presets, mirror, reset, keyframes."""

from __future__ import annotations

import bpy

CLASSES: tuple[type[bpy.types.bpy_struct], ...] = ()
