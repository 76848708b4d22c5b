"""All settings of a scene or view as plain values, to be compared. Runs inside Blender."""

from __future__ import annotations

from typing import Any

import bpy

DEPTH = 4
# What the add-on remembers, numbers of the session, what Blender gives up, the active object, what crashes Blender 4.3.
LEFT_OUT = {"rna_type", "likeness", "likeness_setup", "session_uid", "use_nodes", "particle_edit", "uv_sculpt"}


def settings(owner: Any, path: str = "", depth: int = DEPTH) -> dict[str, Any]:
    """Every property of ``owner`` and of what belongs to it, by path; other data blocks by their names."""
    found: dict[str, Any] = {}
    for prop in owner.bl_rna.properties if depth else ():
        name = prop.identifier
        if name in LEFT_OUT or prop.type == "COLLECTION":
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
