"""What Blender is told about: the classes of operators and panels, and the state of a face."""

from __future__ import annotations

import bpy

from .operators import open_reconstruction
from .panels import expression, photo
from .scene import state

CLASSES = (*open_reconstruction.CLASSES, *photo.CLASSES, *expression.CLASSES)


def register() -> None:
    """Register everything; `unregister` takes it back in reverse."""
    state.register()
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    """Take back what `register` did; faces keep what is stored on them."""
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
    state.unregister()
