"""All settings of a scene or view as plain values, to be compared. Runs inside Blender."""

from __future__ import annotations

from typing import Any

import bpy

DEPTH = 4
# What the add-on itself remembers, numbers of the session, and what Blender gives up: no settings.
NO_SETTINGS = {"rna_type", "likeness", "session_uid", "use_nodes"}


def settings(owner: Any, path: str = "", depth: int = DEPTH) -> dict[str, Any]:
    """Every property of ``owner`` and of what belongs to it, by path; other data blocks by their names."""
    found: dict[str, Any] = {}
    for prop in owner.bl_rna.properties if depth else ():
        name = prop.identifier
        if name in NO_SETTINGS or prop.type == "COLLECTION":
            continue
        value = getattr(owner, name)
        if prop.type != "POINTER":
            array = getattr(prop, "is_array", False)
            found[path + name] = [tuple(row) if hasattr(row, "__len__") else row for row in value] if array else value
        elif value is None or isinstance(value, bpy.types.ID):
            found[path + name] = value and value.name
        else:
            found |= settings(value, f"{path}{name}.", depth - 1)
    return found


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What is not as it was: (before, after) by path."""
    return {path: (before.get(path), after.get(path)) for path in before | after if before.get(path) != after.get(path)}
