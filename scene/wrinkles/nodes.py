"""Nodes that add the maps of wrinkle groups to a face: a modifier that displaces renders, and a bump in materials.

Both are of one face and its copies, for they hold its maps; what differs between copies are properties of the object.
The bump has what the modifier does not displace, as the normal map has of the relief of the photo.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

import bpy

from ...result.wrinkles import CHANNELS
from ..displacement import DETAIL, left_by, object_value
from ..drivers import drive
from ..mesh import UV_LAYER
from ..node_wiring import connect, lay_out, math, modifier_group, scale, surface_shader
from .controls import amounts_name

WRINKLES = "Likeness Wrinkles"  # the modifier, the groups of nodes, and the nodes in materials
BUMP = "Likeness Wrinkle Bump"
HEIGHT = "Height"

Maps = Mapping[str, bpy.types.Image]  # by the name of their file


def displace(face: bpy.types.Object, maps: Maps) -> None:
    """Let renders of a face be displaced by its maps, before its fine detail."""
    modifier: Any = face.modifiers.get(WRINKLES)
    if modifier is None:
        modifier = face.modifiers.new(WRINKLES, "NODES")
        modifier.show_viewport = False
        face.modifiers.move(len(face.modifiers) - 1, face.modifiers.find(DETAIL))
    if modifier.node_group is None:
        modifier.node_group = modifier_group(WRINKLES)
    group = modifier.node_group
    _displace_by(group, maps)
    sockets = {item.name: item.identifier for item in group.interface.items_tree if item.in_out == "INPUT"}
    for name in map(amounts_name, maps):
        for channel in range(CHANNELS):
            own = {"amount": (face, f'["{name}"][{channel}]')}
            drive(face, _input_path(modifier, sockets[name]), channel, "amount", own)


def undisplace(face: bpy.types.Object) -> None:
    """Take the modifier away, with its drivers."""
    modifier = face.modifiers.get(WRINKLES)
    if modifier is None:
        return
    mine = modifier.path_from_id()
    animation = face.animation_data
    for curve in [curve for curve in (animation.drivers if animation else ()) if curve.data_path.startswith(mine)]:
        animation.drivers.remove(curve)
    face.modifiers.remove(modifier)


def bump(tree: bpy.types.NodeTree, height: bpy.types.NodeTree) -> None:
    """Put the maps' height between a material's shader and what its normal comes from; again is fine."""
    shader: Any = surface_shader(tree)
    if shader is None or BUMP in tree.nodes:
        return
    node: Any = tree.nodes.new("ShaderNodeBump")
    node.name, node.location = BUMP, (-170, -450)
    node.inputs["Strength"].default_value, node.inputs["Distance"].default_value = 1.0, 1.0
    source: Any = tree.nodes.new("ShaderNodeGroup")
    source.name, source.node_tree, source.location = WRINKLES, height, (-350, -550)
    normal = shader.inputs["Normal"]
    if normal.is_linked:
        tree.links.new(normal.links[0].from_socket, node.inputs["Normal"])
    tree.links.new(source.outputs[HEIGHT], node.inputs["Height"])
    tree.links.new(node.outputs["Normal"], normal)


def unbump(tree: bpy.types.NodeTree) -> None:
    """Take the bump out of a material; what it was put on stays wired."""
    node = tree.nodes.get(BUMP)
    if node is None:
        return
    below = node.inputs["Normal"].links[0].from_socket if node.inputs["Normal"].is_linked else None
    for link in list(node.outputs["Normal"].links):
        if below is not None:
            tree.links.new(below, link.to_socket)
    tree.nodes.remove(node)
    if WRINKLES in tree.nodes:
        tree.nodes.remove(tree.nodes[WRINKLES])


def height_group(known: bpy.types.NodeTree | None, maps: Maps) -> bpy.types.NodeTree:
    """Group of nodes for materials: the metres of all maps together that are not displaced; ``known`` made anew."""
    group = known or bpy.data.node_groups.new(WRINKLES, "ShaderNodeTree")
    group.nodes.clear()
    if known is None:
        group.interface.new_socket(HEIGHT, in_out="OUTPUT", socket_type="NodeSocketFloat")
    layout: Any = group.nodes.new("ShaderNodeUVMap")
    layout.uv_map = UV_LAYER
    heights = []
    for file, image in maps.items():
        texture: Any = group.nodes.new("ShaderNodeTexImage")
        texture.image, texture.extension = image, "EXTEND"
        connect(group, layout.outputs["UV"], texture.inputs["Vector"])
        amounts = object_value(group, amounts_name(file)).outputs["Vector"]
        heights.append(_dot(group, texture.outputs["Color"], amounts))
    total = math(group, "MULTIPLY", _sum(group, heights), left_by(group, WRINKLES))
    connect(group, math(group, "MULTIPLY", total, _size(group)), group.nodes.new("NodeGroupOutput").inputs[HEIGHT])
    lay_out(group)
    return group


def _displace_by(group: bpy.types.NodeTree, maps: Maps) -> None:
    """Make a group of geometry nodes that moves points along their normals by the maps times the group's inputs."""
    tree: Any = group.interface
    wanted = {amounts_name(file): image for file, image in maps.items()}
    inputs = {item.name: item for item in tree.items_tree if item.socket_type == "NodeSocketVector"}
    for name in inputs.keys() - wanted.keys():
        tree.remove(inputs[name])
    for name in wanted:
        if name not in inputs:
            tree.new_socket(name, in_out="INPUT", socket_type="NodeSocketVector").hide_in_modifier = True
    group.nodes.clear()
    source, layout = group.nodes.new("NodeGroupInput"), group.nodes.new("GeometryNodeInputNamedAttribute")
    layout.data_type = "FLOAT_VECTOR"
    layout.inputs["Name"].default_value = UV_LAYER
    heights = []
    for name, image in wanted.items():
        texture: Any = group.nodes.new("GeometryNodeImageTexture")
        texture.inputs["Image"].default_value, texture.extension = image, "EXTEND"
        connect(group, layout.outputs["Attribute"], texture.inputs["Vector"])
        heights.append(_dot(group, texture.outputs["Color"], source.outputs[name]))
    # At the corners of faces, where texture points are; a point on a seam has the mean of its sides.
    at_corners: Any = group.nodes.new("GeometryNodeFieldOnDomain")
    at_corners.domain, at_corners.data_type = "CORNER", "FLOAT"
    connect(group, _sum(group, heights), at_corners.inputs["Value"])
    normal = group.nodes.new("GeometryNodeInputNormal").outputs["Normal"]
    offset = scale(group, normal, at_corners.outputs["Value"])
    moved = group.nodes.new("GeometryNodeSetPosition")
    connect(group, source.outputs["Geometry"], moved.inputs["Geometry"])
    connect(group, offset, moved.inputs["Offset"])
    connect(group, moved.outputs["Geometry"], group.nodes.new("NodeGroupOutput").inputs["Geometry"])
    lay_out(group)


def _input_path(modifier: bpy.types.Modifier, identifier: str) -> str:
    """Where a modifier has an input of its group of nodes."""
    if hasattr(modifier, "properties"):  # since Blender 5.2
        return f"{modifier.path_from_id()}.properties.inputs.{identifier}.value"
    return f'{modifier.path_from_id()}["{identifier}"]'


def _size(group: bpy.types.NodeTree) -> bpy.types.NodeSocket:
    """How many units of the world a metre of the object is: a bump counts in those of the world."""
    turned: Any = group.nodes.new("ShaderNodeVectorTransform")
    turned.vector_type, turned.convert_from, turned.convert_to = "VECTOR", "OBJECT", "WORLD"
    turned.inputs["Vector"].default_value = (0.0, 0.0, 1.0)
    length: Any = group.nodes.new("ShaderNodeVectorMath")
    length.operation = "LENGTH"
    connect(group, turned.outputs["Vector"], length.inputs[0])
    return length.outputs["Value"]


def _sum(group: bpy.types.NodeTree, values: list[bpy.types.NodeSocket]) -> bpy.types.NodeSocket:
    return reduce(lambda total, value: math(group, "ADD", total, value), values)


def _dot(group: bpy.types.NodeTree, first: bpy.types.NodeSocket, second: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
    node: Any = group.nodes.new("ShaderNodeVectorMath")
    node.operation = "DOT_PRODUCT"
    connect(group, first, node.inputs[0])
    connect(group, second, node.inputs[1])
    return node.outputs["Value"]
