"""One shape key per expression on the neutral Basis; the photo's expression is their values."""

from __future__ import annotations

import bpy
import numpy as np

from ..anatomy.arkit import closes_lids, opens_jaw
from ..result.reconstruction import Mesh
from .axes import to_blender


def add_shape_keys(face: bpy.types.Object, mesh: Mesh) -> None:
    """Add the Basis and every key of ``mesh`` to ``face``, named, ranged and set to the photo's value."""
    face.shape_key_add(name="Basis", from_mix=False)
    neutral = to_blender(mesh.vertices)
    for name, delta, limits, value in zip(
        mesh.shape_key_names, mesh.shape_key_deltas, mesh.shape_key_ranges, mesh.expression, strict=True
    ):
        key = face.shape_key_add(name=name, from_mix=False)
        shape = neutral + to_blender(delta)
        key.points.foreach_set("co", np.ascontiguousarray(shape, dtype=np.float32).ravel())
        # The value is clamped to the range, so the range first, wide enough for the photo's own value.
        key.slider_max = max(float(limits[1]), float(value))
        key.slider_min = min(float(limits[0]), float(value))
        key.value = float(value)
    face.active_shape_key_index = 0


def expression_keys(face: bpy.types.Object) -> list[bpy.types.ShapeKey]:
    """The keys of a face that are sliders: not its Basis, and none that others drive.

    Blender reads the state of objects that are no meshes as well; they have none.
    """
    keys = getattr(face.data, "shape_keys", None)
    return [key for key in keys.key_blocks[1:] if not closes_lids(key.name)] if keys else []


def jaw_key(face: bpy.types.Object) -> bpy.types.ShapeKey | None:
    """The key that opens the mouth, and takes lips and cheeks along."""
    return next((key for key in expression_keys(face) if opens_jaw(key.name)), None)
