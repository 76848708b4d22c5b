"""All or nothing: what a step adds to the file goes again if the step fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """Remove every data block made inside the block if it raises; the exception goes on."""
    # Numbers, not references: a data block may be removed inside, and another take its place in memory.
    before = {block.session_uid for block in bpy.data.user_map()}
    world, camera = _name(bpy.context.scene.world), _name(bpy.context.scene.camera)
    try:
        yield
    except BaseException:
        bpy.data.batch_remove([block for block in bpy.data.user_map() if block.session_uid not in before])
        bpy.context.scene.world = bpy.data.worlds.get(world)
        bpy.context.scene.camera = bpy.data.objects.get(camera)
        raise


def _name(block: bpy.types.ID | None) -> str:
    return block.name if block is not None else ""
