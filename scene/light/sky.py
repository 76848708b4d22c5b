"""The node group of a face's world: controls of the whole light, and a sky of spherical harmonics.

The nine terms are the sky's shading coefficients (linear RGB as vectors, they may be negative). The group turns the
direction against the rotation, divides by the Lambertian transfer, evaluates the harmonics and clamps at black. The
sun's colour and strength are kept here too, beside the controls: drivers on the lamp read them (`lighting`).

What is so recovered lights a head well and looks like nothing: nine terms are blotches of colour. So the sky lights and
is mirrored, and the camera sees plain grey in its place.
"""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from ...geometry.colour import LUMINANCE
from ..node_wiring import combine, connect, lay_out, math, scale, separate, vector_math
from .sh_light import SH_CONSTANTS, TRANSFER

LIGHT_GROUP = "Likeness Light"
STRENGTH, ROTATION, WARMTH, SUN_COLOUR, SUN_STRENGTH = "Strength", "Rotation", "Warmth", "Sun Color", "Sun Strength"
COEFFICIENT_NAMES = ("1", "y", "z", "x", "xy", "yz", "3z2-1", "xz", "x2-y2")
INPUT_NAMES = (STRENGTH, ROTATION, WARMTH, SUN_COLOUR, SUN_STRENGTH, *COEFFICIENT_NAMES)
# Red and blue over green at warmth 1 are exp of these: a black body of 4200 K beside daylight; at -1 one of 25 000 K.
RED_PER_WARMTH, BLUE_PER_WARMTH = 0.4, -0.55
BACKDROP = (0.18, 0.18, 0.18, 1.0)  # middle grey


def warmth_gains(warmth: float) -> np.ndarray:
    """What the light's linear RGB (3,) is multiplied by; the luminance of white stays."""
    gains = np.exp(warmth * np.array([RED_PER_WARMTH, 0.0, BLUE_PER_WARMTH]))
    return gains / (gains @ LUMINANCE)


def create_world(name: str) -> bpy.types.World:
    """World whose background is the light's group with every control at rest and a black sky."""
    world = bpy.data.worlds.new(name)
    wire_world(world)
    return world


def wire_world(world: bpy.types.World) -> None:
    """Make the light's group light ``world`` in place of whatever nodes it has."""
    if world.node_tree is None:  # Blender 4
        world.use_nodes = True
    tree = world.node_tree
    tree.nodes.clear()
    group: Any = tree.nodes.new("ShaderNodeGroup")
    group.node_tree = light_group()
    group.name, group.width = LIGHT_GROUP, 240
    path, sky, backdrop, mix, output = (
        tree.nodes.new(kind)
        for kind in (
            "ShaderNodeLightPath",
            *["ShaderNodeBackground"] * 2,
            "ShaderNodeMixShader",
            "ShaderNodeOutputWorld",
        )
    )
    backdrop.inputs["Color"].default_value, backdrop.label = BACKDROP, "Seen by the Camera"
    for node, place in ((group, (-600, 0)), (sky, (-300, 0)), (path, (-300, 360)), (backdrop, (-300, -160))):
        node.location = place
    output.location = (200, 0)
    for source, target in (
        (group.outputs["Radiance"], sky.inputs["Color"]),
        (path.outputs["Is Camera Ray"], mix.inputs[0]),
        (sky.outputs["Background"], mix.inputs[1]),
        (backdrop.outputs["Background"], mix.inputs[2]),
        (mix.outputs["Shader"], output.inputs["Surface"]),
    ):
        tree.links.new(source, target)


def is_seen(world: bpy.types.World) -> bool:
    """Whether the camera sees a sky that nobody rewired since an earlier version of Likeness made it."""
    return sorted(node.type for node in world.node_tree.nodes) == ["BACKGROUND", "GROUP", "OUTPUT_WORLD"]


def light_node(world: bpy.types.World | None) -> bpy.types.Node | None:
    """The light's group in a world; None where there is none, as in files of earlier versions."""
    tree = world.node_tree if world else None
    node = tree.nodes.get(LIGHT_GROUP) if tree else None
    return node if node is not None and set(INPUT_NAMES) <= set(node.inputs.keys()) else None


def light_group() -> bpy.types.NodeTree:
    """The group for all faces of a file; one of the same name with other inputs, from another version, is let be."""
    for known in bpy.data.node_groups:
        if known.library is None and known.name.startswith(LIGHT_GROUP) and _input_names(known) == INPUT_NAMES:
            return known
    group = bpy.data.node_groups.new(LIGHT_GROUP, "ShaderNodeTree")
    _declare(group)
    _wire(group)
    return group


def _input_names(group: bpy.types.NodeTree) -> tuple[str, ...]:
    items = group.interface.items_tree
    return tuple(item.name for item in items if item.item_type == "SOCKET" and item.in_out == "INPUT")


def _declare(group: bpy.types.NodeTree) -> None:
    sockets: dict[str, Any] = {}
    for name in (STRENGTH, ROTATION, WARMTH):
        sockets[name] = group.interface.new_socket(name, in_out="INPUT", socket_type="NodeSocketFloat")
    sun = group.interface.new_panel("Sun")
    sockets[SUN_COLOUR] = group.interface.new_socket(
        SUN_COLOUR, in_out="INPUT", socket_type="NodeSocketColor", parent=sun
    )
    sockets[SUN_STRENGTH] = group.interface.new_socket(
        SUN_STRENGTH, in_out="INPUT", socket_type="NodeSocketFloat", parent=sun
    )
    sky = group.interface.new_panel("Sky", default_closed=True)
    for name in COEFFICIENT_NAMES:
        group.interface.new_socket(name, in_out="INPUT", socket_type="NodeSocketVector", parent=sky)
    group.interface.new_socket("Radiance", in_out="OUTPUT", socket_type="NodeSocketColor")
    limits = {STRENGTH: (1.0, 0.0, 5.0), ROTATION: (0.0, -np.pi, np.pi), WARMTH: (0.0, -1.0, 1.0),
              SUN_STRENGTH: (0.0, 0.0, 100.0)}  # fmt: skip
    for name, (default, least, most) in limits.items():
        sockets[name].default_value, sockets[name].min_value, sockets[name].max_value = default, least, most
    sockets[ROTATION].subtype = "ANGLE"
    sockets[STRENGTH].description = "Brightness of sun and sky together; 1 is as recovered or preset"
    sockets[ROTATION].description = "Turns the whole light about the vertical axis, counter-clockwise from above"
    sockets[WARMTH].description = "From cool (-1) to warm (1) at the same brightness"


def _wire(group: bpy.types.NodeTree) -> None:
    inputs, output = group.nodes.new("NodeGroupInput").outputs, group.nodes.new("NodeGroupOutput")
    total: bpy.types.NodeSocket | None = None
    for name, polynomial, factor in zip(
        COEFFICIENT_NAMES, _polynomials(group, inputs[ROTATION]), SH_CONSTANTS / TRANSFER, strict=True
    ):
        term = scale(group, inputs[name], math(group, "MULTIPLY", polynomial, float(factor)))
        total = term if total is None else vector_math(group, "ADD", total, term)
    assert total is not None
    positive = vector_math(group, "MAXIMUM", total, (0.0, 0.0, 0.0))
    tint = scale(group, _tint(group, inputs[WARMTH]), inputs[STRENGTH])
    connect(group, vector_math(group, "MULTIPLY", positive, tint), output.inputs["Radiance"])
    lay_out(group)


def _polynomials(group: bpy.types.NodeTree, rotation: bpy.types.NodeSocket) -> list[bpy.types.NodeSocket | float]:
    """1; y, z, x; xy, yz, 3z2-1, xz, x2-y2 of the view frame's direction, turned back by the light's rotation."""
    turn: Any = group.nodes.new("ShaderNodeVectorRotate")
    turn.rotation_type, turn.invert = "Z_AXIS", True
    connect(group, group.nodes.new("ShaderNodeTexCoord").outputs["Generated"], turn.inputs["Vector"])
    connect(group, rotation, turn.inputs["Angle"])
    # Blender's (X, Y, Z) is (x, -z, y) of the view frame.
    x, away, y = separate(group, turn.outputs["Vector"])
    z = math(group, "MULTIPLY", away, -1.0)
    xx, yy, zz = (math(group, "MULTIPLY", a, a) for a in (x, y, z))
    xy, yz, xz = (math(group, "MULTIPLY", a, b) for a, b in ((x, y), (y, z), (x, z)))
    return [1.0, y, z, x, xy, yz, math(group, "MULTIPLY_ADD", zz, 3.0, -1.0), xz, math(group, "SUBTRACT", xx, yy)]


def _tint(group: bpy.types.NodeTree, warmth: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
    """`warmth_gains` as nodes."""
    red, blue = (
        math(group, "EXPONENT", math(group, "MULTIPLY", warmth, exponent))
        for exponent in (RED_PER_WARMTH, BLUE_PER_WARMTH)
    )
    r, g, b = (float(weight) for weight in LUMINANCE)
    luminance = math(group, "MULTIPLY_ADD", blue, b, math(group, "MULTIPLY_ADD", red, r, g))
    return scale(group, combine(group, red, 1.0, blue), math(group, "DIVIDE", 1.0, luminance))
