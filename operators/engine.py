"""The engine: install, repair, remove, stop, diagnostics."""

from __future__ import annotations

import bpy

CLASSES: tuple[type[bpy.types.bpy_struct], ...] = ()
