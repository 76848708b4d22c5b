"""The light of a face in the scene: its world (`sky`) and a sun that drivers tie to the world's controls.

What the sun is, its colour, strength and direction, and what the sky is stand apart: the sun is split off a light
(`sh_light.split_sun`) by whoever sets one, and editing the sky's terms leaves the sun alone.
"""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
from mathutils import Euler, Vector

from ...geometry.colour import LUMINANCE
from ..axes import to_blender
from ..drivers import WHOLE, drive
from ..state import faces_of, is_face, state_of
from .sh_light import SplitLight, split_sun
from .sky import (
    BLUE_PER_WARMTH,
    COEFFICIENT_NAMES,
    LIGHT_GROUP,
    RED_PER_WARMTH,
    ROTATION,
    STRENGTH,
    SUN_COLOUR,
    SUN_STRENGTH,
    WARMTH,
    create_world,
    is_seen,
    light_node,
    wire_world,
)

# A sun's place means nothing: it hovers over the head, on the axis that the light turns about.
SUN_HEIGHT_M = 0.35
SAME_LIGHT = 1e-3  # of a control, or radians: rounding


def light_face(face: bpy.types.Object, split: SplitLight) -> None:
    """Give a face this light with the controls at rest; what is gone or too old of its world and sun is made again."""
    memory = state_of(face)
    world, sun = _own_world(face) or create_world(f"{face.name} Sky"), memory.sun or _create_sun(face.name)
    if light_node(world) is None or is_seen(world):
        wire_world(world)
    if not sun.users_collection:
        face.users_collection[0].objects.link(sun)
        hover(sun, (face.parent or face).matrix_world.translation)
    _drive(sun, world)
    _set(world, sun, split)
    memory.world, memory.sun = world, sun


def hover(sun: bpy.types.Object, place: Vector) -> None:
    """Put a sun over the head that stands at ``place``."""
    sun.location = place + Vector((0.0, 0.0, SUN_HEIGHT_M))


def photo_light(face: bpy.types.Object) -> np.ndarray:
    """The light recovered from the face's photo: shading coefficients (9, 3) in the view frame."""
    return np.array(state_of(face).light).reshape(9, 3)


def match_photo(face: bpy.types.Object) -> None:
    """Back to the light of the face's photo."""
    light_face(face, split_sun(photo_light(face)))


def shows_photo_light(face: bpy.types.Object) -> bool:
    """Whether a face's light is the one of its photo, and nobody has changed it."""
    world, sun = state_of(face).world, state_of(face).sun
    node = light_node(world) if world is not None else None
    if node is None or sun is None:
        return False
    split = split_sun(photo_light(face))
    near = [np.allclose(_input(node, name), value, atol=SAME_LIGHT) for name, value in _values(split).items()]
    turned = sun.rotation_euler.to_quaternion().rotation_difference(_sun_turn(split).to_quaternion())
    return all(near) and turned.angle < SAME_LIGHT


def use_light(scene: bpy.types.Scene, face: bpy.types.Object) -> None:
    """Make this face's light the scene's only one of ours."""
    own = state_of(face)
    for sun in {state_of(other).sun for other in faces_of(scene)} - {None}:
        sun.hide_viewport = sun.hide_render = sun != own.sun
    scene.world = own.world


def _own_world(face: bpy.types.Object) -> bpy.types.World | None:
    """The world of a face; None where it is gone, and for a duplicate whose sun is its own while the sky is shared."""
    own = state_of(face)
    others = [state_of(other) for other in bpy.data.objects if is_face(other) and other != face]
    return None if any(other.world == own.world and other.sun != own.sun for other in others) else own.world


def _create_sun(name: str) -> bpy.types.Object:
    sun = bpy.data.objects.new(f"{name} Sun", bpy.data.lights.new(f"{name} Sun", "SUN"))
    hover(sun, Vector())
    return sun


def _set(world: bpy.types.World, sun: bpy.types.Object, split: SplitLight) -> None:
    node = light_node(world)
    assert node is not None
    for name, value in _values(split).items():
        node.inputs[name].default_value = value  # pyright: ignore[reportAttributeAccessIssue]
    sun.data.angle = split.angle
    sun.rotation_mode = "XYZ"
    sun.rotation_euler = _sun_turn(split)


def _values(split: SplitLight) -> dict[str, Any]:
    """What the controls of a world say of a light, at rest."""
    energy = float(split.irradiance.max())
    colour = split.irradiance / energy if energy > 0 else np.ones(3)
    values: dict[str, Any] = {STRENGTH: 1.0, ROTATION: 0.0, WARMTH: 0.0}
    values |= {SUN_COLOUR: (*colour.tolist(), 1.0), SUN_STRENGTH: energy}
    return values | dict(zip(COEFFICIENT_NAMES, split.sky.tolist(), strict=True))


def _input(node: Any, name: str) -> Any:
    value = node.inputs[name].default_value
    return value if isinstance(value, float) else tuple(value)


def _sun_turn(split: SplitLight) -> Euler:
    return Vector(to_blender(split.direction)).to_track_quat("Z", "Y").to_euler()


def _drive(sun: bpy.types.Object, world: bpy.types.World) -> None:
    """Energy and colour follow the controls; so does a turn on top of the sun's own rotation, which stays free."""
    strength, warmth, rotation = (_control(world, name) for name in (STRENGTH, WARMTH, ROTATION))
    sun_strength = _control(world, SUN_STRENGTH)
    drive(sun.data, "energy", WHOLE, "sun * strength", {"sun": sun_strength, "strength": strength})
    red, blue = f"exp({RED_PER_WARMTH} * warmth)", f"exp({BLUE_PER_WARMTH} * warmth)"
    r, g, b = LUMINANCE
    _, colour = _control(world, SUN_COLOUR)
    for channel, gain in enumerate((red, "1.0", blue)):
        expression = f"sun * {gain} / ({r} * {red} + {g} + {b} * {blue})"
        own = world, f"{colour}[{channel}]"
        drive(sun.data, "color", channel, expression, {"sun": own, "warmth": warmth})
    drive(sun, "delta_rotation_euler", 2, "rotation", {"rotation": rotation})


def _control(world: bpy.types.World, name: str) -> tuple[bpy.types.World, str]:
    return world, f'node_tree.nodes["{LIGHT_GROUP}"].inputs["{name}"].default_value'
