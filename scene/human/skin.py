"""A face's skin on a human: its texture layout as a second one, its materials fading into the body's down the neck."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from ...errors import LikenessError
from ...geometry.arrays import Floats
from ...geometry.colour import srgb_to_linear
from ..building.material import SKIN_COLOUR
from ..displacement import detail_strength
from ..mesh import UV_LAYER
from ..node_wiring import connect
from ..read_mesh import face_materials
from ..state import state_of
from ..texture_view import remove_view
from ..wrinkles.nodes import unbump
from .head_cage import HeadCage, HeadPlace

LAYOUT = "Likeness"  # the human's layer with the face's texture layout
SHARE = "likeness_share"  # attribute of the human's vertices: how much of the face's skin they show
MOST_LAYERS = 8  # of texture layouts in Blender
WORN = "likeness_worn"  # on a material that a head has brought
SHADER = "ShaderNodeBsdfPrincipled"


def check_layers(human: bpy.types.Object) -> None:
    """Raise `LikenessError` if the human has no room for another texture layout."""
    layers = human.data.uv_layers
    if LAYOUT not in layers and len(layers) >= MOST_LAYERS:
        raise LikenessError(f"{human.name} has {MOST_LAYERS} UV maps, which is as many as Blender allows; remove one.")


def put_skin_on(
    human: bpy.types.Object, face: bpy.types.Object, cage: HeadCage, place: HeadPlace, share: Floats
) -> None:
    """Give the human's head the face's materials; ``share`` (B,) of them shows, and of the body's the rest."""
    _take_off(human)
    _lay_out(human, cage, place)
    _write_share(human, cage, share)
    indices = face_materials(human.data)
    body = _body_material(human, face, _neck_uv(cage, share), int(np.bincount(indices[place.neighbours]).argmax()))
    for part in np.unique(cage.parts).tolist():
        source = face.material_slots[part].material if part < len(face.material_slots) else None
        if source is not None:
            indices[place.polygons[cage.parts == part]] = len(human.data.materials)
            human.data.materials.append(_on_human(source, body, human, face))
    human.data.polygons.foreach_set("material_index", indices)
    human.data.update()


def _take_off(human: bpy.types.Object) -> None:
    """Remove the materials of an earlier head, and their slots."""
    materials = human.data.materials
    for index in reversed(range(len(materials))):
        material: Any = materials[index]
        if material is not None and WORN in material:
            materials.pop(index=index)
            if not material.users:
                bpy.data.materials.remove(material)


def _lay_out(human: bpy.types.Object, cage: HeadCage, place: HeadPlace) -> None:
    layers = human.data.uv_layers
    layer: Any = layers.get(LAYOUT) or layers.new(name=LAYOUT, do_init=False)
    uv = np.zeros((len(human.data.loops), 2), np.float32)
    uv[place.corners] = np.take_along_axis(cage.uv, place.order[..., None], axis=1)
    layer.data.foreach_set("uv", uv.ravel())


def _write_share(human: bpy.types.Object, cage: HeadCage, share: Floats) -> None:
    attributes = human.data.attributes
    attribute: Any = attributes.get(SHARE) or attributes.new(SHARE, "FLOAT", "POINT")
    values = np.zeros(len(human.data.vertices), np.float32)
    values[cage.base] = share
    attribute.data.foreach_set("value", values)


def _neck_uv(cage: HeadCage, share: Floats) -> Floats:
    return cage.uv[(share[cage.faces] < 1.0).any(axis=1)].reshape(-1, 2)


def _body_material(human: bpy.types.Object, face: bpy.types.Object, uv: Floats, slot: int) -> bpy.types.Material:
    """The material of the body below the collar; a bare body gets one in the colour of the face's neck."""
    known = human.material_slots[slot].material if slot < len(human.material_slots) else None
    if known is not None:
        return known
    material = bpy.data.materials.new(f"{human.name} Body")
    if material.node_tree is None:  # Blender 4
        material.use_nodes = True
    source = next((s.material for s in face.material_slots if s.material and _shader(s.material.node_tree)), None)
    shader = _shader(material.node_tree)
    if source is not None:
        _copy_values(_shader(source.node_tree), shader)
    shader.inputs["Base Color"].default_value = _colour(state_of(face).albedo, uv)
    if slot < len(human.material_slots):
        human.data.materials[slot] = material
    else:
        human.data.materials.append(material)
    return material


def _colour(albedo: bpy.types.Image | None, uv: Floats) -> tuple[float, ...]:
    """The median colour (linear RGB, alpha) of a texture at the points ``uv`` (M, 2)."""
    if albedo is None or not albedo.has_data or not len(uv):
        return SKIN_COLOUR
    width, height = albedo.size[:]
    pixels = np.empty(width * height * albedo.channels, np.float32)
    albedo.pixels.foreach_get(pixels)
    x, y = (uv * (width, height)).astype(int).clip(0, (width - 1, height - 1)).T
    colours = pixels.reshape(height, width, -1)[y, x, :3]
    return (*srgb_to_linear(np.median(colours, axis=0)).tolist(), 1.0)


def _on_human(
    source: bpy.types.Material, body: bpy.types.Material, human: bpy.types.Object, face: bpy.types.Object
) -> bpy.types.Material:
    """A copy of a face's material that finds its textures on the human and fades into the body's."""
    material = source.copy()
    material.name, material[WORN] = f"{source.name} on {human.name}", True
    tree = material.node_tree
    if tree is None:
        return material
    remove_view(tree)
    unbump(tree)  # the human has none of the numbers that blend it
    _use_layout(tree, detail_strength(face))
    output = tree.get_output_node("ALL")
    if output is not None and output.inputs["Surface"].is_linked:
        _fade(tree, output.inputs["Surface"], body)
    return material


def _use_layout(tree: bpy.types.NodeTree, strength: float) -> None:
    nodes = list(tree.nodes)
    layout: Any = tree.nodes.new("ShaderNodeUVMap")
    layout.uv_map, layout.location = LAYOUT, (-1000, 0)
    for node in nodes:
        if node.type == "TEX_IMAGE" and not node.inputs["Vector"].is_linked:
            connect(tree, layout.outputs["UV"], node.inputs["Vector"])
        elif node.type in ("NORMAL_MAP", "UVMAP", "TANGENT") and node.uv_map in ("", UV_LAYER):
            node.uv_map = LAYOUT
        if node.type == "NORMAL_MAP":  # the human has no displacement that could show the detail instead
            for link in list(node.inputs["Strength"].links):
                tree.links.remove(link)
            node.inputs["Strength"].default_value = strength


def _fade(tree: bpy.types.NodeTree, surface: bpy.types.NodeSocket, body: bpy.types.Material) -> None:
    """Put the body's own colour behind what a surface shows, by the human's share of the face's skin."""
    face_shader = surface.links[0].from_socket
    shader: Any = tree.nodes.new(SHADER)
    shader.location = (0, -900)
    own = _shader(body.node_tree) or _shader(tree)
    if own is not None:
        _copy_values(own, shader)
    picture = _picture(body.node_tree)
    if picture is not None:
        image: Any = tree.nodes.new("ShaderNodeTexImage")
        image.image, image.location = picture, (-350, -900)
        connect(tree, image.outputs["Color"], shader.inputs["Base Color"])
    share: Any = tree.nodes.new("ShaderNodeAttribute")
    share.attribute_name, share.location = SHARE, (0, 900)
    mix: Any = tree.nodes.new("ShaderNodeMixShader")
    mix.location = (300, 500)
    connect(tree, share.outputs["Fac"], mix.inputs[0])
    connect(tree, shader.outputs["BSDF"], mix.inputs[1])
    connect(tree, face_shader, mix.inputs[2])
    connect(tree, mix.outputs["Shader"], surface)


def _shader(tree: bpy.types.NodeTree | None) -> Any:
    return next((node for node in tree.nodes if node.bl_idname == SHADER), None) if tree else None


def _picture(tree: bpy.types.NodeTree | None) -> bpy.types.Image | None:
    """The image that a material is coloured with: the first that feeds a colour, in it or in its groups."""
    for node in tree.nodes if tree else ():
        if node.type == "TEX_IMAGE" and node.image and node.image.colorspace_settings.name != "Non-Color":
            return node.image
        inner = _picture(node.node_tree) if node.type == "GROUP" else None
        if inner is not None:
            return inner
    return None


def _copy_values(source: Any, target: Any) -> None:
    target.subsurface_method = source.subsurface_method
    for socket in source.inputs:
        if hasattr(socket, "default_value") and socket.name in target.inputs:
            target.inputs[socket.name].default_value = socket.default_value
