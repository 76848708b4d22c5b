"""Data blocks for the time of an export, under names that others have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy

LENT = "Likeness lent its name"


@contextmanager
def temporary_blocks() -> Iterator[None]:
    """Remove every data block made inside the block."""
    known = {block.session_uid for block in bpy.data.user_map()}
    try:
        yield
    finally:
        bpy.data.batch_remove([block for block in bpy.data.user_map() if block.session_uid not in known])


@contextmanager
def lent_names(wanted: dict[bpy.types.Object | bpy.types.Mesh, str]) -> Iterator[None]:
    """Give objects and meshes these names for a while, whoever else has them."""
    holders = []
    for block, name in wanted.items():
        blocks = bpy.data.objects if isinstance(block, bpy.types.Object) else bpy.data.meshes
        holder = blocks.get((name, None))  # a linked one is in nobody's way
        if holder is not None and holder != block:
            holders.append((holder, name))
            holder.name = LENT
        block.name = name
    try:
        yield
    finally:
        for block in wanted:
            block.name = LENT
        for holder, name in holders:
            holder.name = name
