"""Short ways to wire shader nodes: a call is a node, a number or a socket is an operand."""

from __future__ import annotations

from typing import Any

import bpy

Operand = bpy.types.NodeSocket | float | tuple[float, ...]

COLUMN_WIDTH = 180


def modifier_group(name: str) -> bpy.types.NodeTree:
    """A new group of geometry nodes that a modifier can carry: geometry in, geometry out."""
    group: Any = bpy.data.node_groups.new(name, "GeometryNodeTree")
    group.is_modifier = True
    for direction in ("INPUT", "OUTPUT"):
        group.interface.new_socket("Geometry", in_out=direction, socket_type="NodeSocketGeometry")
    return group


def math(tree: bpy.types.NodeTree, operation: str, *operands: Operand) -> bpy.types.NodeSocket:
    """Value of a Math node."""
    return _operation(tree, "ShaderNodeMath", operation, operands).outputs["Value"]


def vector_math(tree: bpy.types.NodeTree, operation: str, *operands: Operand) -> bpy.types.NodeSocket:
    """Vector of a Vector Math node."""
    return _operation(tree, "ShaderNodeVectorMath", operation, operands).outputs["Vector"]


def scale(tree: bpy.types.NodeTree, vector: Operand, factor: Operand) -> bpy.types.NodeSocket:
    """Vector times number."""
    node: Any = tree.nodes.new("ShaderNodeVectorMath")
    node.operation = "SCALE"
    connect(tree, vector, node.inputs["Vector"])
    connect(tree, factor, node.inputs["Scale"])
    return node.outputs["Vector"]


def combine(tree: bpy.types.NodeTree, *components: Operand) -> bpy.types.NodeSocket:
    """Vector of three numbers."""
    node = tree.nodes.new("ShaderNodeCombineXYZ")
    for component, socket in zip(components, node.inputs, strict=True):
        connect(tree, component, socket)
    return node.outputs["Vector"]


def separate(tree: bpy.types.NodeTree, vector: Operand) -> list[bpy.types.NodeSocket]:
    """The three numbers of a vector."""
    node = tree.nodes.new("ShaderNodeSeparateXYZ")
    connect(tree, vector, node.inputs["Vector"])
    return list(node.outputs)


def mix_colours(tree: bpy.types.NodeTree, factor: Operand, first: Operand, second: Operand) -> bpy.types.NodeSocket:
    """``first`` at factor 0, ``second`` at 1."""
    node: Any = tree.nodes.new("ShaderNodeMix")
    node.data_type = "RGBA"
    # The node has sockets of the same name for every type of data; these are the ones for colours.
    sockets = {socket.identifier: socket for socket in (*node.inputs, *node.outputs)}
    for operand, identifier in ((factor, "Factor_Float"), (first, "A_Color"), (second, "B_Color")):
        connect(tree, operand, sockets[identifier])
    return sockets["Result_Color"]


def connect(tree: bpy.types.NodeTree, operand: Operand, socket: bpy.types.NodeSocket) -> None:
    """Link a socket to ``socket``, or write a number or tuple into it."""
    if isinstance(operand, bpy.types.NodeSocket):
        tree.links.new(operand, socket)
    else:
        socket.default_value = operand  # pyright: ignore[reportAttributeAccessIssue]


def surface_shader(tree: bpy.types.NodeTree | None) -> bpy.types.Node | None:
    """The usual shader of a material's nodes; None where an artist has made others of them."""
    return next((node for node in tree.nodes if node.type == "BSDF_PRINCIPLED"), None) if tree else None


def local_group(name: str) -> bpy.types.NodeTree | None:
    """The node group of this file with that name: one of a linked file would be lost with that file."""
    return next((group for group in bpy.data.node_groups if group.name == name and group.library is None), None)


def lay_out(tree: bpy.types.NodeTree) -> None:
    """Nodes left to right by their depth, so that a curious artist can read the tree."""
    depth: dict[str, int] = {}
    sources: dict[str, list[str]] = {}
    for link in tree.links:
        sources.setdefault(link.to_node.name, []).append(link.from_node.name)
    for node in tree.nodes:  # made in the order of the data's flow
        depth[node.name] = 1 + max((depth.get(name, 0) for name in sources.get(node.name, [])), default=-1)
    rows: dict[int, int] = {}
    for node in tree.nodes:
        column = depth[node.name]
        node.location = (column * COLUMN_WIDTH, -rows.get(column, 0) * COLUMN_WIDTH)
        rows[column] = rows.get(column, 0) + 1


def _operation(tree: bpy.types.NodeTree, kind: str, operation: str, operands: tuple[Operand, ...]) -> bpy.types.Node:
    node: Any = tree.nodes.new(kind)
    node.operation = operation
    for operand, socket in zip(operands, node.inputs, strict=False):
        connect(tree, operand, socket)
    return node
