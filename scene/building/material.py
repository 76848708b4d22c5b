"""Materials of a face: skin, eyes and the inside of the mouth, one slot per part of the mesh."""

from __future__ import annotations

from collections.abc import Mapping

import bpy

from ...anatomy.parts import PartKind, PartName, part_kind
from ...result.reconstruction import ALBEDO_IMAGE, NORMAL_IMAGE, Mesh
from ..displacement import normal_strength
from ..mesh import UV_LAYER
from .lashes import add_strands

# Mean free path of light in skin per channel, metres, and skin's index of refraction
# (Jensen et al. 2001, "skin1"; Donner and Jensen 2006).
SKIN_SCATTER_M = (0.00367, 0.00137, 0.00068)
SKIN_IOR = 1.4
TOOTH_SCATTER_M = 0.001
CORNEA_IOR = 1.376
ENAMEL_IOR = 1.63
NORMAL_MAP = "Likeness Normal Map"
SHADER = "Principled BSDF"

Inputs = dict[str, float | tuple[float, ...]]

SKIN: Inputs = {
    "Roughness": 0.45,
    "IOR": SKIN_IOR,
    "Subsurface Weight": 1.0,
    "Subsurface Scale": SKIN_SCATTER_M[0],
    "Subsurface Radius": tuple(channel / SKIN_SCATTER_M[0] for channel in SKIN_SCATTER_M),
}
TEARS_IOR = 1.336
EYE: Inputs = {"Roughness": 0.06, "IOR": CORNEA_IOR}
# Eyeballs are opaque: the cornea over iris and pupil is a coat. The light of a photo has no dark places, of which a
# whole cornea would mirror a fog over both; a share of it still mirrors lamps.
CORNEA: Inputs = {"Coat Weight": 0.3, "Coat Roughness": 0.03, "Coat IOR": CORNEA_IOR}
IRIS: Inputs = {"Roughness": 0.5, "Specular IOR Level": 0.0, **CORNEA}
PUPIL: Inputs = {"Roughness": 1.0, "Specular IOR Level": 0.0, **CORNEA}
# A film that is nearly clear: what it mirrors is to be seen.
TEARS: Inputs = {"Roughness": 0.02, "IOR": TEARS_IOR, "Alpha": 0.2}
LASHES: Inputs = {"Roughness": 0.5, "Specular IOR Level": 0.2}
# EEVEE lets the sky shine into the mouth: gloss would make its inside a grey mirror.
CAVITY: Inputs = {"Roughness": 0.6, "IOR": SKIN_IOR, "Specular IOR Level": 0.0}
# Flesh of the mouth's inside that may be seen well: wet, but for the reason above not as a mirror.
FLESH: Inputs = {
    "Roughness": 0.4,
    "IOR": SKIN_IOR,
    "Specular IOR Level": 0.08,
    "Subsurface Weight": 1.0,
    "Subsurface Scale": SKIN_SCATTER_M[0],
    "Subsurface Radius": tuple(channel / SKIN_SCATTER_M[0] for channel in SKIN_SCATTER_M),
}
TOOTH: Inputs = {
    "Roughness": 0.25,
    "IOR": ENAMEL_IOR,
    "Subsurface Weight": 0.3,
    "Subsurface Scale": TOOTH_SCATTER_M,
    "Subsurface Radius": (1.0, 0.9, 0.8),
}
SURFACES = {
    PartKind.SKIN: SKIN,
    PartKind.EYE: EYE,
    PartKind.IRIS: IRIS,
    PartKind.PUPIL: PUPIL,
    PartKind.TEAR_LINE: TEARS,
    PartKind.LASHES: LASHES,
    PartKind.MOUTH: CAVITY,
    PartKind.GUMS: FLESH,
    PartKind.TONGUE: FLESH,
    PartKind.TEETH: TOOTH,
}
# Colours (linear RGB) of what has no texture. A draft has none at all: mean skin, which the light was recovered for
# (the built-in model's mean albedo).
SKIN_COLOUR, CAVITY_COLOUR, TOOTH_COLOUR = (0.46, 0.26, 0.2, 1.0), (0.2, 0.055, 0.05, 1.0), (0.56, 0.5, 0.4, 1.0)
LINING_COLOUR = (0.08, 0.022, 0.02, 1.0)  # nothing lies between the lips and it: it is the dark of a mouth as well
COLOURS = {
    PartKind.EYE: (0.6, 0.55, 0.5, 1.0),
    PartKind.IRIS: (0.12, 0.07, 0.04, 1.0),
    PartKind.PUPIL: (0.004, 0.004, 0.004, 1.0),
    PartKind.TEAR_LINE: (0.4, 0.28, 0.25, 1.0),
    PartKind.MOUTH: CAVITY_COLOUR,
    PartKind.GUMS: CAVITY_COLOUR,
    PartKind.TONGUE: (0.3, 0.1, 0.09, 1.0),
    PartKind.TEETH: TOOTH_COLOUR,
}
# One colour says all of them, or a texture of their own.
UNTEXTURED = {PartKind.PUPIL, PartKind.TEAR_LINE, PartKind.LASHES}
# How see-through parts look in Solid view, which knows neither textures nor tears (sRGB as Blender shows it, alpha).
SOLID_COLOURS = {PartKind.TEAR_LINE: (1.0, 1.0, 1.0, 0.1), PartKind.LASHES: (0.05, 0.035, 0.03, 0.35)}

# Its lamps shine through the lips, and their gloss would whiten a pupil.
MATT_IN_SOLID_VIEW = {PartKind.PUPIL, PartKind.MOUTH, PartKind.GUMS, PartKind.TONGUE}


def add_materials(face: bpy.types.Object, mesh: Mesh, images: Mapping[str, bpy.types.Image], name: str) -> None:
    """One material slot per part of ``mesh``, of which ``face`` was made, in the order of its material indices."""
    for index, part in enumerate(mesh.part_names):
        kind = part_kind(part)
        material = _create(f"{name} {part}", part)
        if kind is PartKind.LASHES:
            add_strands(material, mesh.uv[mesh.faces_uv[mesh.parts == index]].reshape(-1, 2))
        add_maps(material, part, images)
        face.data.materials.append(material)


def add_maps(material: bpy.types.Material, part: str, images: Mapping[str, bpy.types.Image]) -> None:
    """Wire those of the images that show a part into its material, but where something is wired already."""
    tree, kind = material.node_tree, part_kind(part)
    shader = tree.nodes.get(SHADER) if tree is not None else None
    if shader is None:  # an artist has made another one of it
        return
    colour, albedo = shader.inputs["Base Color"], images.get(ALBEDO_IMAGE)
    known = colour.links[0].from_node if colour.is_linked else None
    # No model's texture knows the lining.
    if albedo is not None and known is None and kind not in UNTEXTURED and part != PartName.LINING:
        tree.links.new(_image_node(tree, albedo, (-700, 300)).outputs["Color"], colour)
    elif albedo is not None and known is not None and known.type == "TEX_IMAGE" and known.image is None:
        known.image = albedo  # it was deleted from the file
    if NORMAL_IMAGE in images and not shader.inputs["Normal"].is_linked and kind is PartKind.SKIN:
        _add_normal_map(material, images[NORMAL_IMAGE])


def _plain_colour(part: str) -> tuple[float, ...]:
    return LINING_COLOUR if part == PartName.LINING else COLOURS.get(part_kind(part), SKIN_COLOUR)


def _create(name: str, part: str) -> bpy.types.Material:
    material = bpy.data.materials.new(name)
    if material.node_tree is None:  # Blender 4
        material.use_nodes = True
    shader = material.node_tree.nodes[SHADER]
    # Burley needs no closed volume behind the skin: a face is an open mask.
    shader.subsurface_method = "BURLEY"
    kind = part_kind(part)
    for socket, value in SURFACES[kind].items():
        shader.inputs[socket].default_value = value
    # A clear film would be grainy where EEVEE dithers; hairs would be sorted wrongly where it blends.
    material.surface_render_method = "BLENDED" if kind is PartKind.TEAR_LINE else "DITHERED"
    _show_in_solid_view(material, part)
    shader.inputs["Base Color"].default_value = _plain_colour(part)
    return material


def _show_in_solid_view(material: bpy.types.Material, part: str) -> None:
    """Give Workbench, which knows no nodes, what an eye and a mouth need to be read; skin stays its grey clay."""
    kind = part_kind(part)
    if kind is not PartKind.SKIN:
        material.diffuse_color = SOLID_COLOURS.get(kind) or _plain_colour(part)
    if kind in MATT_IN_SOLID_VIEW:
        material.roughness, material.specular_intensity = 1.0, 0.0


def _add_normal_map(material: bpy.types.Material, image: bpy.types.Image) -> None:
    """The map of the same detail as the displacement: it adds what of it the displacement leaves out."""
    tree = material.node_tree
    texture = _image_node(tree, image, (-700, -250))
    node = tree.nodes.new("ShaderNodeNormalMap")
    node.name = NORMAL_MAP
    node.location = (-350, -250)
    node.uv_map = UV_LAYER
    tree.links.new(texture.outputs["Color"], node.inputs["Color"])
    tree.links.new(node.outputs["Normal"], tree.nodes[SHADER].inputs["Normal"])
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
