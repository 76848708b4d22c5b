"""The material of eyelashes: hairs cut out of their strips, in the rectangle that the strips have in the layout."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from ...geometry.arrays import Floats
from ..mesh import UV_LAYER
from ..textures.strands import lash_image


def add_strands(material: bpy.types.Material, points: Floats) -> None:
    """Lay the picture of lashes over the rectangle of the texture points (N, 2) of a material's faces."""
    tree = material.node_tree
    shader = tree.nodes["Principled BSDF"]
    least, most = points.min(axis=0), points.max(axis=0)
    size = 1.0 / np.maximum(most - least, 1e-9)
    coordinates: Any = tree.nodes.new("ShaderNodeUVMap")
    coordinates.uv_map, coordinates.location = UV_LAYER, (-1100, 300)
    mapping: Any = tree.nodes.new("ShaderNodeMapping")
    mapping.location = (-900, 300)
    mapping.inputs["Scale"].default_value = (*size.tolist(), 1.0)
    mapping.inputs["Location"].default_value = (*(-least * size).tolist(), 0.0)
    texture: Any = tree.nodes.new("ShaderNodeTexImage")
    texture.image, texture.extension, texture.location = lash_image(), "EXTEND", (-700, 300)
    tree.links.new(coordinates.outputs["UV"], mapping.inputs["Vector"])
    tree.links.new(mapping.outputs["Vector"], texture.inputs["Vector"])
    tree.links.new(texture.outputs["Color"], shader.inputs["Base Color"])
    tree.links.new(texture.outputs["Alpha"], shader.inputs["Alpha"])
