"""What a Blender file holds, to see that nothing was added to it."""

from __future__ import annotations

import bpy


def data_blocks() -> dict[str, int]:
    """How many data blocks of each kind the file has."""
    kinds = [name for name, kind in bpy.types.BlendData.bl_rna.properties.items() if kind.type == "COLLECTION"]
    return {name: len(getattr(bpy.data, name)) for name in kinds}
