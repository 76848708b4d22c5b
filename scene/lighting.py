"""The photo's light in the scene: a sun in the dominant direction and the rest as a sky of spherical harmonics.

The sky is a node group whose inputs are the nine shading coefficients (linear RGB as vectors, they may be negative);
it divides by the Lambertian transfer, evaluates the harmonics for the viewing direction and clamps at black.
"""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Vector

from .axes import to_blender
from .sh_light import SH_CONSTANTS, TRANSFER, split_sun

SKY_GROUP = "Likeness SH Sky"
COEFFICIENT_NAMES = ("1", "y", "z", "x", "xy", "yz", "3z2-1", "xz", "x2-y2")
# An order-2 light says nothing finer about the size of its source; a broad sun gives soft, plausible shadows.
SUN_ANGLE = np.radians(15.0)


def create_lighting(light: np.ndarray, name: str) -> tuple[bpy.types.World, bpy.types.Object]:
    """World and sun object of a light (9, 3) of shading coefficients in the view frame."""
    split = split_sun(light)
    return _create_world(split.sky, f"{name} Sky"), _create_sun(split.direction, split.irradiance, f"{name} Sun")


def _create_sun(direction: np.ndarray, irradiance: np.ndarray, name: str) -> bpy.types.Object:
    data = bpy.data.lights.new(name, "SUN")
    energy = float(irradiance.max())
    data.energy = energy
    data.color = (irradiance / energy).tolist() if energy > 0 else (1.0, 1.0, 1.0)
    data.angle = SUN_ANGLE
    sun = bpy.data.objects.new(name, data)
    towards = Vector(to_blender(direction))
    sun.location = 0.5 * towards
    sun.rotation_euler = towards.to_track_quat("Z", "Y").to_euler()
    return sun


def _create_world(sky: np.ndarray, name: str) -> bpy.types.World:
    world = bpy.data.worlds.new(name)
    if world.node_tree is None:  # Blender 4
        world.use_nodes = True
    tree = world.node_tree
    tree.nodes.clear()
    output = tree.nodes.new("ShaderNodeOutputWorld")
    background = tree.nodes.new("ShaderNodeBackground")
    group = tree.nodes.new("ShaderNodeGroup")
    group.node_tree = sky_group()
    group.width = 220
    for socket, value in zip(group.inputs, sky, strict=True):
        socket.default_value = value.tolist()
    background.location, output.location, group.location = (0, 0), (200, 0), (-280, 0)
    tree.links.new(group.outputs["Radiance"], background.inputs["Color"])
    tree.links.new(background.outputs["Background"], output.inputs["Surface"])
    return world


def sky_group() -> bpy.types.NodeTree:
    """The node group that turns nine coefficients into radiance; one for all faces of a file."""
    known = bpy.data.node_groups.get(SKY_GROUP)
    if known is not None:
        return known
    group = bpy.data.node_groups.new(SKY_GROUP, "ShaderNodeTree")
    for name in COEFFICIENT_NAMES:
        group.interface.new_socket(name, in_out="INPUT", socket_type="NodeSocketVector")
    group.interface.new_socket("Radiance", in_out="OUTPUT", socket_type="NodeSocketColor")
    _wire(group)
    return group


def _wire(group: bpy.types.NodeTree) -> None:
    nodes, links = group.nodes, group.links
    inputs, output = nodes.new("NodeGroupInput"), nodes.new("NodeGroupOutput")
    total = None
    for k, polynomial in enumerate(_polynomials(group)):
        factor = _math(group, "MULTIPLY", polynomial, float(SH_CONSTANTS[k] / TRANSFER[k]))
        scale = nodes.new("ShaderNodeVectorMath")
        scale.operation = "SCALE"
        links.new(inputs.outputs[k], scale.inputs["Vector"])
        links.new(factor, scale.inputs["Scale"])
        total = scale.outputs["Vector"] if total is None else _vector_math(group, "ADD", total, scale.outputs["Vector"])
    positive = _vector_math(group, "MAXIMUM", total, (0.0, 0.0, 0.0))
    links.new(positive, output.inputs["Radiance"])
    _lay_out(group)


def _polynomials(group: bpy.types.NodeTree) -> list[bpy.types.NodeSocket | float]:
    """1; y, z, x; xy, yz, 3z2-1, xz, x2-y2 of the view frame's direction."""
    direction = group.nodes.new("ShaderNodeTexCoord").outputs["Generated"]
    split = group.nodes.new("ShaderNodeSeparateXYZ")
    group.links.new(direction, split.inputs["Vector"])
    # Blender's (X, Y, Z) is (x, -z, y) of the view frame.
    x, y = split.outputs["X"], split.outputs["Z"]
    z = _math(group, "MULTIPLY", split.outputs["Y"], -1.0)
    zz = _math(group, "MULTIPLY", z, z)
    xx, yy = _math(group, "MULTIPLY", x, x), _math(group, "MULTIPLY", y, y)
    xy, yz, xz = (_math(group, "MULTIPLY", a, b) for a, b in ((x, y), (y, z), (x, z)))
    return [1.0, y, z, x, xy, yz, _math(group, "MULTIPLY_ADD", zz, 3.0, -1.0), xz, _math(group, "SUBTRACT", xx, yy)]


def _math(group: bpy.types.NodeTree, operation: str, *operands: bpy.types.NodeSocket | float) -> bpy.types.NodeSocket:
    node = group.nodes.new("ShaderNodeMath")
    node.operation = operation
    _connect(group, node, operands)
    return node.outputs["Value"]


def _vector_math(group: bpy.types.NodeTree, operation: str, *operands) -> bpy.types.NodeSocket:
    node = group.nodes.new("ShaderNodeVectorMath")
    node.operation = operation
    _connect(group, node, operands)
    return node.outputs["Vector"]


def _connect(group: bpy.types.NodeTree, node: bpy.types.Node, operands: tuple) -> None:
    for socket, operand in zip(node.inputs, operands, strict=False):
        if isinstance(operand, bpy.types.NodeSocket):
            group.links.new(operand, socket)
        else:
            socket.default_value = operand


def _lay_out(group: bpy.types.NodeTree) -> None:
    """Nodes left to right by their depth, so that a curious artist can read the group."""
    depth: dict[str, int] = {}
    for node in group.nodes:  # made in the order of the data's flow
        sources = [link.from_node.name for link in group.links if link.to_node == node]
        depth[node.name] = 1 + max((depth.get(name, 0) for name in sources), default=-1)
    rows: dict[int, int] = {}
    for node in group.nodes:
        column = depth[node.name]
        node.location = (column * 180, -rows.get(column, 0) * 180)
        rows[column] = rows.get(column, 0) + 1
