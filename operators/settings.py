"""What the user has chosen for this session, on the window manager, and the preferences."""

from __future__ import annotations

import bpy

CLASSES: tuple[type[bpy.types.bpy_struct], ...] = ()
