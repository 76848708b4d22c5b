"""The material of hair: light going through the fibres in Cycles, a plain surface in EEVEE, one colour for both."""

from __future__ import annotations

from typing import Any

import bpy

from ...result.colouring import Colour
from ..node_wiring import connect, lay_out

COLOUR = "Hair Colour"
ROUGHNESS, SPREAD = 0.35, 0.1  # of a fibre, and from one to another
DULL = 0.6  # of what stands for thousands of fibres


def hair_material(name: str, colour: Colour) -> bpy.types.Material:
    """A material for hair curves of a colour, linear RGB."""
    material = bpy.data.materials.new(name)
    if material.node_tree is None:  # Blender 4
        material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    chosen: Any = tree.nodes.new("ShaderNodeRGB")
    chosen.name = chosen.label = COLOUR
    chosen.outputs["Color"].default_value = (*colour, 1.0)
    fibre: Any = tree.nodes.new("ShaderNodeBsdfHairPrincipled")
    fibre.parametrization = "COLOR"
    fibre.inputs["Roughness"].default_value, fibre.inputs["Random Roughness"].default_value = ROUGHNESS, SPREAD
    plain: Any = tree.nodes.new("ShaderNodeBsdfPrincipled")
    plain.inputs["Roughness"].default_value = DULL
    for shader, colour_input, engine in ((fibre, "Color", "CYCLES"), (plain, "Base Color", "EEVEE")):
        output: Any = tree.nodes.new("ShaderNodeOutputMaterial")
        output.target = engine
        connect(tree, chosen.outputs["Color"], shader.inputs[colour_input])
        connect(tree, shader.outputs["BSDF"], output.inputs["Surface"])
    lay_out(tree)
    material.diffuse_color = (*colour, 1.0)
    return material


def colour_socket(hair: bpy.types.Object) -> bpy.types.NodeSocket | None:
    """What holds the colour of hair; None where its material was changed so that nothing does."""
    material = hair.active_material
    node = material.node_tree.nodes.get(COLOUR) if material is not None and material.node_tree is not None else None
    return node.outputs["Color"] if node is not None else None
