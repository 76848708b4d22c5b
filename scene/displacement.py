"""Fine detail as geometry: a Subdivision and a Displace modifier on the float map of metres.

Renders are displaced; the viewport, where a slider must move the face at once, shows the same detail by the normal map.
The Displace modifier's strength is the detail's in either place: where it does not displace, the normal map has it.
"""

from __future__ import annotations

from typing import Any

import bpy

from .mesh import UV_LAYER
from .node_wiring import connect, lay_out, local_group, math, modifier_group

SUBDIVISION = "Likeness Subdivision"
DETAIL = "Likeness Detail"
VIEWPORT = "Likeness Viewport"
# Custom property of a face whose wrinkles follow its expression: the detail's strength, which drives the modifier's.
# Drivers cannot ask a modifier: it waits for the mesh, and the mesh for what they drive.
STRENGTH = "Detail Strength"
NORMAL_STRENGTH = "Likeness Normal Strength"
# Attribute of the mesh: 1 where it was made for the viewport, 0 or absent in a render.
VIEWPORT_ATTRIBUTE = "likeness_viewport"
# A model's head is dense enough to work on, and where no GPU subdivides, one level makes a slider 15 times slower.
VIEWPORT_LEVELS = 0
RENDER_LEVELS = 3
MOST_RENDERED_FACES = 2_000_000  # what takes a second or two to displace; a dense model has less to divide


def add_detail(face: bpy.types.Object, displacement: bpy.types.Image | None) -> None:
    """Subdivide a face smoothly and, if it has a map of its detail (metres), displace it in renders."""
    if displacement is not None:
        # Before the subdivision, where there is least to write.
        face.modifiers.new(VIEWPORT, "NODES").node_group = _viewport_group()
    _subdivide(face)
    if displacement is not None:
        _displace(face, displacement)


def add_displacement(face: bpy.types.Object, displacement: bpy.types.Image) -> None:
    """Displace a face that was made without a map of its detail (metres), where `add_detail` would have done it."""
    modifiers, place = face.modifiers, face.modifiers.find(SUBDIVISION)
    modifiers.new(VIEWPORT, "NODES").node_group = _viewport_group()
    _displace(face, displacement)
    last = len(modifiers) - 1
    if place >= 0:
        modifiers.move(last - 1, place)
        modifiers.move(last, place + 2)


def _subdivide(face: bpy.types.Object) -> None:
    modifier = face.modifiers.new(SUBDIVISION, "SUBSURF")
    modifier.levels = VIEWPORT_LEVELS
    modifier.render_levels = _render_levels(len(face.data.loops))
    # The maps were baked for the borders of the unsmoothed layout.
    modifier.uv_smooth = "PRESERVE_BOUNDARIES"


def _render_levels(corners: int) -> int:
    """Levels for a mesh of so many corners, each of which becomes a face and then four of every one."""
    levels = (level for level in range(RENDER_LEVELS, 1, -1) if corners * 4 ** (level - 1) <= MOST_RENDERED_FACES)
    return next(levels, 1)


def _displace(face: bpy.types.Object, image: bpy.types.Image) -> None:
    texture = bpy.data.textures.new(image.name, "IMAGE")
    texture.image = image
    texture.extension = "EXTEND"
    modifier = face.modifiers.new(DETAIL, "DISPLACE")
    modifier.texture = texture
    modifier.texture_coords = "UV"
    modifier.uv_layer = UV_LAYER
    modifier.direction = "NORMAL"
    modifier.mid_level = 0.0
    modifier.strength = 1.0
    modifier.show_viewport = False


def detail_strength(face: bpy.types.Object) -> float:
    """How strong the detail is to be seen, 1 as measured; 0 for a face without any."""
    detail: Any = face.modifiers.get(DETAIL)
    return 0.0 if detail is None else face.get(STRENGTH, detail.strength)


def has_wrinkles(face: bpy.types.Object) -> bool:
    """Whether anything of the detail is to be seen."""
    return detail_strength(face) != 0.0


def set_detail_strength(face: bpy.types.Object, strength: float) -> float:
    """Show the detail this strong, in renders and the viewport; returns how strong it was."""
    detail: Any = face.modifiers.get(DETAIL)
    if detail is None:
        return 0.0
    before, detail.strength = detail_strength(face), strength
    if STRENGTH in face:
        face[STRENGTH] = strength
        face.update_tag()
    return before


def normal_strength() -> bpy.types.NodeTree:
    """Node group for materials: the detail's strength where it is not displaced, else 0; one for all faces.

    It reads the object's own Displace modifier, so that copies of a face that share a material stay independent.
    """
    known = local_group(NORMAL_STRENGTH)
    if known is not None:
        return known
    group = bpy.data.node_groups.new(NORMAL_STRENGTH, "ShaderNodeTree")
    group.interface.new_socket("Strength", in_out="OUTPUT", socket_type="NodeSocketFloat")
    strength = object_value(group, f'modifiers["{DETAIL}"].strength').outputs["Fac"]
    rest = math(group, "MULTIPLY", strength, left_by(group, DETAIL))
    connect(group, rest, group.nodes.new("NodeGroupOutput").inputs["Strength"])
    lay_out(group)
    return group


def left_by(group: bpy.types.NodeTree, modifier: str) -> bpy.types.NodeSocket:
    """For materials: 1 where the object's modifier does not act, in the viewport or in a render; else 0."""
    viewport = _attribute(group, "GEOMETRY", VIEWPORT_ATTRIBUTE).outputs["Fac"]
    in_viewport, in_render = (
        object_value(group, f'modifiers["{modifier}"].{name}').outputs["Fac"]
        for name in ("show_viewport", "show_render")
    )
    acts = math(group, "MULTIPLY_ADD", viewport, math(group, "SUBTRACT", in_viewport, in_render), in_render)
    return math(group, "SUBTRACT", 1.0, acts)


def object_value(group: bpy.types.NodeTree, name: str) -> bpy.types.Node:
    """Attribute node of what the object that is drawn has under that name or path; EEVEE knows eight in a material."""
    return _attribute(group, "OBJECT", name)


def _viewport_group() -> bpy.types.NodeTree:
    known = local_group(VIEWPORT)
    if known is not None:
        return known
    group = modifier_group(VIEWPORT)
    source, is_viewport = group.nodes.new("NodeGroupInput"), group.nodes.new("GeometryNodeIsViewport")
    store: Any = group.nodes.new("GeometryNodeStoreNamedAttribute")
    store.data_type, store.domain = "FLOAT", "POINT"
    store.inputs["Name"].default_value = VIEWPORT_ATTRIBUTE
    connect(group, source.outputs["Geometry"], store.inputs["Geometry"])
    connect(group, is_viewport.outputs[0], store.inputs["Value"])
    connect(group, store.outputs["Geometry"], group.nodes.new("NodeGroupOutput").inputs["Geometry"])
    lay_out(group)
    return group


def _attribute(group: bpy.types.NodeTree, kind: str, name: str) -> bpy.types.Node:
    node: Any = group.nodes.new("ShaderNodeAttribute")
    node.attribute_type, node.attribute_name = kind, name
    return node
