"""How the head, the jaw and the eyes are turned."""

from __future__ import annotations

import bpy

CLASSES: tuple[type[bpy.types.bpy_struct], ...] = ()
