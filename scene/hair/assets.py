"""Blender's own hair assets: node groups of the essentials library that comes with it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import bpy

from ...errors import LikenessError
from ..node_wiring import local_group

FILE = "procedural_hair_node_assets.blend"
ABSENT = "This Blender comes without the hair assets that Blender from blender.org has"


class Attribute(str):
    """The name of an attribute, in place of a value."""


@cache
def hair_assets() -> Path | None:
    """The file with the node groups; None in a Blender that comes without."""
    folder = bpy.utils.system_resource("DATAFILES", path="assets")
    return next(iter(sorted(Path(folder).rglob(FILE))), None) if folder else None


def node_group(name: str) -> bpy.types.NodeTree:
    """A node group of the library, appended where this file does not have it yet. Raises `LikenessError` without it."""
    found, library = local_group(name), hair_assets()
    if found is not None:
        return found
    if library is None:
        raise LikenessError(f"{ABSENT}.")
    before = {group.session_uid for group in bpy.data.node_groups}
    libraries = {known.session_uid for known in bpy.data.libraries}
    loading: Any = bpy.data.libraries.load(str(library), link=False, assets_only=True)
    with loading as (there, wanted):
        wanted.node_groups = [group for group in there.node_groups if group == name]
    if not wanted.node_groups:
        raise LikenessError(f"Blender's own hair assets have no {name!r} in this version.")
    for group in [group for group in bpy.data.node_groups if group.session_uid not in before]:
        group.asset_clear()  # a copy in the user's file is no asset of it, and goes with the hair
        group.use_fake_user = False
    bpy.data.batch_remove([known for known in bpy.data.libraries if known.session_uid not in libraries])
    return wanted.node_groups[0]


def add_asset(hair: bpy.types.Object, name: str, **values: Any) -> bpy.types.Modifier:
    """Put a node group of the library on hair; ``values`` by the names of its inputs, ``_`` for a space."""
    modifier: Any = hair.modifiers.new(name, "NODES")
    modifier.node_group = node_group(name)
    for item in modifier.node_group.interface.items_tree:
        value = values.get(item.name.replace(" ", "_")) if _takes_values(item) else None
        if value is not None:
            _set_input(modifier, item.identifier, value)
    return modifier


def _set_input(modifier: Any, identifier: str, value: Any) -> None:
    """Give an input of a node group a value or an `Attribute`; since Blender 5.2 each is a property of its own."""
    if hasattr(modifier, "properties"):
        slot = getattr(modifier.properties.inputs, identifier)
        if isinstance(value, Attribute):
            slot.type, slot.attribute_name = "ATTRIBUTE", str(value)
        else:
            slot.value = value
    elif isinstance(value, Attribute):
        modifier[f"{identifier}_use_attribute"] = True
        modifier[f"{identifier}_attribute_name"] = str(value)
    else:
        modifier[identifier] = value


def _takes_values(item: Any) -> bool:
    """Whether an item of a node group's interface is an input that a modifier shows."""
    return item.item_type == "SOCKET" and item.in_out == "INPUT" and item.socket_type != "NodeSocketGeometry"
