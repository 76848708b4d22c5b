"""Drivers of the simple kind, which Blender computes without Python: they run in files that it does not trust, too."""

from __future__ import annotations

from collections.abc import Mapping

import bpy

WHOLE = -1  # index of a property that is no array


def drive(
    owner: bpy.types.ID, path: str, index: int, expression: str, variables: Mapping[str, tuple[bpy.types.ID, str]]
) -> None:
    """Drive a property of ``owner`` by properties of data blocks, by name; in place of an older driver.

    Args:
        index: which number of an array; `WHOLE` for a property that is none.
        variables: name in the expression -> data block and path of the property in it.
    """
    owner.driver_remove(path, index)
    driver = owner.driver_add(path, index).driver
    driver.type = "SCRIPTED"
    for name, (block, data_path) in variables.items():
        variable = driver.variables.new()
        variable.name = name
        target = variable.targets[0]
        target.id_type, target.id, target.data_path = block.id_type, block, data_path
    driver.expression = expression
