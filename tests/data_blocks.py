"""Counting what is in the file: a leak is a data block too many."""

from __future__ import annotations

from collections import Counter

import bpy


def count_blocks() -> Counter[str]:
    """How many data blocks of each kind the file has."""
    return Counter(type(block).__name__ for block in bpy.data.user_map())


def purge() -> None:
    """Remove what nothing uses, and then what only that used."""
    bpy.ops.outliner.orphans_purge(do_local_ids=True, do_linked_ids=True, do_recursive=True)
