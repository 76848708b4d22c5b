"""Blender's operators and bulk writes want object mode; what the user was doing comes back afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy


def leave_mode() -> str:
    """Go to object mode and return the mode that was left; its edits are written to the data."""
    active = bpy.context.view_layer.objects.active
    mode = active.mode if active is not None else "OBJECT"
    if mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    return mode


@contextmanager
def object_mode() -> Iterator[None]:
    """Object mode for the block, then the mode before."""
    mode = leave_mode()
    try:
        yield
    finally:
        if mode != "OBJECT":
            bpy.ops.object.mode_set(mode=mode)
