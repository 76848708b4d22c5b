"""Materials of a face: skin, eyes and the inside of the mouth, one slot per part of the mesh."""

from __future__ import annotations

from collections.abc import Mapping

import bpy

from ...anatomy.parts import PartKind, PartName, part_kind
from ...result.reconstruction import ALBEDO_IMAGE, NORMAL_IMAGE
from ..displacement import normal_strength
from ..mesh import UV_LAYER

# Mean free path of light in skin per channel, metres, and skin's index of refraction
# (Jensen et al. 2001, "skin1"; Donner and Jensen 2006).
SKIN_SCATTER_M = (0.00367, 0.00137, 0.00068)
SKIN_IOR = 1.4
CORNEA_IOR = 1.376
ENAMEL_IOR = 1.63
NORMAL_MAP = "Likeness Normal Map"

Inputs = dict[str, float | tuple[float, ...]]

SKIN: Inputs = {
    "Roughness": 0.45,
    "IOR": SKIN_IOR,
    "Subsurface Weight": 1.0,
    "Subsurface Scale": SKIN_SCATTER_M[0],
    "Subsurface Radius": tuple(channel / SKIN_SCATTER_M[0] for channel in SKIN_SCATTER_M),
}
EYE: Inputs = {"Roughness": 0.06, "IOR": CORNEA_IOR}
# EEVEE lets the sky shine into the mouth: gloss would make its inside a grey mirror.
CAVITY: Inputs = {"Roughness": 0.6, "IOR": SKIN_IOR, "Specular IOR Level": 0.0}
TOOTH: Inputs = {"Roughness": 0.25, "IOR": ENAMEL_IOR}
# A draft has no texture: mean skin, which the light was recovered for (the built-in model's mean albedo, linear RGB).
SKIN_COLOUR = (0.46, 0.26, 0.2, 1.0)
TOOTH_COLOUR, CAVITY_COLOUR = (0.56, 0.5, 0.4, 1.0), (0.2, 0.055, 0.05, 1.0)
LINING_COLOUR = (0.08, 0.022, 0.02, 1.0)  # nothing lies between the lips and it: it is the dark of a mouth as well
SURFACES = {
    PartKind.SKIN: SKIN,
    PartKind.EYE: EYE,
    PartKind.MOUTH: CAVITY,
    PartKind.GUMS: CAVITY,
    PartKind.TONGUE: CAVITY,
    PartKind.TEETH: TOOTH,
}


def add_materials(
    face: bpy.types.Object, part_names: tuple[str, ...], images: Mapping[str, bpy.types.Image], name: str
) -> None:
    """One material slot per part, in the order of the mesh's material indices."""
    for part in part_names:
        albedo = None if part == PartName.LINING else images.get(ALBEDO_IMAGE)  # no model's texture knows the lining
        material = _create(f"{name} {part}", part, albedo)
        if _surface(part) is SKIN and NORMAL_IMAGE in images:
            _add_normal_map(material, images[NORMAL_IMAGE])
        face.data.materials.append(material)


def _surface(part: str) -> Inputs:
    return SURFACES[part_kind(part)]


def _plain_colour(part: str) -> tuple[float, ...]:
    if part == PartName.LINING:
        return LINING_COLOUR
    surface = _surface(part)
    return TOOTH_COLOUR if surface is TOOTH else CAVITY_COLOUR if surface is CAVITY else SKIN_COLOUR


def _create(name: str, part: str, albedo: bpy.types.Image | None) -> bpy.types.Material:
    material = bpy.data.materials.new(name)
    if material.node_tree is None:  # Blender 4
        material.use_nodes = True
    tree = material.node_tree
    shader = tree.nodes["Principled BSDF"]
    # Burley needs no closed volume behind the skin: a face is an open mask.
    shader.subsurface_method = "BURLEY"
    for socket, value in _surface(part).items():
        shader.inputs[socket].default_value = value
    if albedo is None:
        shader.inputs["Base Color"].default_value = _plain_colour(part)
    else:
        texture = _image_node(tree, albedo, (-700, 300))
        tree.links.new(texture.outputs["Color"], shader.inputs["Base Color"])
    return material


def _add_normal_map(material: bpy.types.Material, image: bpy.types.Image) -> None:
    """The map of the same detail as the displacement: it adds what of it the displacement leaves out."""
    tree = material.node_tree
    texture = _image_node(tree, image, (-700, -250))
    node = tree.nodes.new("ShaderNodeNormalMap")
    node.name = NORMAL_MAP
    node.location = (-350, -250)
    node.uv_map = UV_LAYER
    tree.links.new(texture.outputs["Color"], node.inputs["Color"])
    tree.links.new(node.outputs["Normal"], tree.nodes["Principled BSDF"].inputs["Normal"])
    strength = tree.nodes.new("ShaderNodeGroup")
    strength.node_tree = normal_strength()
    strength.location = (-700, -550)
    tree.links.new(strength.outputs["Strength"], node.inputs["Strength"])


def _image_node(tree: bpy.types.NodeTree, image: bpy.types.Image, location: tuple[float, float]) -> bpy.types.Node:
    node = tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    node.location = location
    node.extension = "EXTEND"
    return node
