"""All or nothing: what a step adds to the file goes again if the step fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """Remove every data block made inside the block if it raises; the exception goes on."""
    # Numbers and names, not references: a data block may be removed inside, and another take its place in memory.
    before = {block.session_uid for block in bpy.data.user_map()}
    scene, layer = bpy.context.scene, bpy.context.view_layer
    world, camera, active = _name(scene.world), _name(scene.camera), _name(layer.objects.active)
    selected = {item.name for item in bpy.context.selected_objects}
    try:
        yield
    except BaseException:
        bpy.data.batch_remove([block for block in bpy.data.user_map() if block.session_uid not in before])
        scene.world, scene.camera = bpy.data.worlds.get(world), bpy.data.objects.get(camera)
        layer.update()  # until then it lists the removed objects as None
        layer.objects.active = layer.objects.get(active)
        for item in layer.objects:
            item.select_set(item.name in selected)
        raise


def _name(block: bpy.types.ID | None) -> str:
    return block.name if block is not None else ""
