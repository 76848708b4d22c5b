"""What a face shows of its texture: shaded, albedo, the photo itself, or what of it was seen and what guessed.

A view is an emission that hangs on material outputs of its own, one for each render engine, which come before the
general one. The skin shader stays wired to the general output, where exporters and artists look for it, and a face that
is shown shaded has nothing extra in its materials.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from ..result.reconstruction import Reconstruction
from .node_wiring import Operand, connect, lay_out, math, mix_colours, separate, surface_shader

SHADED, ALBEDO, PHOTO, SEEN = "SHADED", "ALBEDO", "PHOTO", "SEEN"
VIEWS = (
    (SHADED, "Shaded", "Skin in the light of the scene"),
    (ALBEDO, "Albedo", "The colour of the skin without any light"),
    (PHOTO, "Photo", "The photo on the face; where the photo does not show the face, its albedo"),
    (SEEN, "Seen", "What of the texture comes from the photo, and what was filled in"),
)
VIEW_GROUP = "Likeness Texture View"
ENGINES = ("CYCLES", "EEVEE")

# Per vertex: where the photo shows it (u, v), and the cosine between its normal and the way to the camera.
PHOTO_ATTRIBUTE = "likeness_photo"
# At a grazing angle a pixel of the photo smears over the skin: none is used below the first cosine, all above the next.
GRAZING, CLEAR = 0.05, 0.25

SEEN_COLOUR, GUESSED_COLOUR = (0.02, 0.42, 0.35, 1.0), (0.85, 0.22, 0.03, 1.0)
OVERLAY = 0.6
PLAIN_SKIN = (0.5, 0.5, 0.5, 1.0)


@dataclass(frozen=True)
class FaceImages:
    """The images that views are made of, as far as the face has them."""

    albedo: bpy.types.Image | None
    photo: bpy.types.Image | None
    confidence: bpy.types.Image | None


def remember_photo(face: bpy.types.Object, reconstruction: Reconstruction) -> None:
    """Store where the photo shows each vertex, so that the photo moves with the face."""
    mesh = reconstruction.mesh
    posed = mesh.vertices + np.tensordot(mesh.expression, mesh.shape_key_deltas, axes=1)
    points = posed @ reconstruction.rotation.T + reconstruction.translation
    pixels = points @ reconstruction.intrinsics.T
    width, height = reconstruction.image_size
    uv = pixels[:, :2] / pixels[:, 2:] / (width, height)
    towards = -points / np.linalg.norm(points, axis=1, keepdims=True)
    facing = np.sum(_normals(points, mesh.faces) * towards, axis=1)
    values = np.stack([uv[:, 0], 1.0 - uv[:, 1], facing], axis=-1).astype(np.float32)
    known: Any = face.data.attributes.get(PHOTO_ATTRIBUTE)
    attribute: Any = known or face.data.attributes.new(PHOTO_ATTRIBUTE, "FLOAT_VECTOR", "POINT")
    attribute.data.foreach_set("vector", values.ravel())


def available_views(face: bpy.types.Object, images: FaceImages) -> set[str]:
    """The views that a face has the images for."""
    photo = images.photo is not None and PHOTO_ATTRIBUTE in face.data.attributes
    having = {ALBEDO: images.albedo is not None, PHOTO: photo, SEEN: images.confidence is not None}
    return {SHADED} | {view for view, there in having.items() if there}


def show_view(face: bpy.types.Object, images: FaceImages, view: str) -> None:
    """Put a view into all materials of a face, in place of the one before; those shared with others become its own."""
    make_materials_own(face)
    trees = [slot.material.node_tree for slot in face.material_slots if slot.material and slot.material.node_tree]
    for tree in trees:
        remove_view(tree)
    if view == SHADED:
        return
    group = _view_group(images, view)
    for tree in trees:
        if not _is_see_through(tree):
            _add_view(tree, group)


def make_materials_own(face: bpy.types.Object) -> None:
    """Give a face copies of the materials that another object shows, too: a duplicate shares materials, or the mesh."""
    for slot in face.material_slots:
        _make_own(slot, face.data)


def _make_own(slot: bpy.types.MaterialSlot, mesh: bpy.types.Mesh) -> None:
    material = slot.material
    if material is None:
        return
    shared_mesh = slot.link == "DATA" and (mesh.users > 1 or mesh.library is not None)
    if not shared_mesh and material.users - material.use_fake_user <= 1 and material.library is None:
        return
    own = material.copy()
    if shared_mesh:
        slot.link = "OBJECT"
    slot.material = own


def _is_see_through(tree: bpy.types.NodeTree) -> bool:
    """Whether a material is one that other parts are seen through: an emission in its place would hide them."""
    shader = surface_shader(tree)
    alpha: Any = shader.inputs["Alpha"] if shader else None
    return alpha is not None and (alpha.is_linked or alpha.default_value < 1.0)


def _add_view(tree: bpy.types.NodeTree, group: bpy.types.NodeTree) -> None:
    node: Any = tree.nodes.new("ShaderNodeGroup")
    node.node_tree, node.name, node.label = group, VIEW_GROUP, VIEW_GROUP
    node.location = (0, 700)
    for row, engine in enumerate(ENGINES):
        output: Any = tree.nodes.new("ShaderNodeOutputMaterial")
        output.target, output.name = engine, f"{VIEW_GROUP} {engine}"
        output.location = (300, 800 - 150 * row)
        output.is_active_output = False
        tree.links.new(node.outputs["Shader"], output.inputs["Surface"])


def remove_view(tree: bpy.types.NodeTree) -> None:
    """Take what a view has put into a material out of it."""
    for node in [node for node in tree.nodes if node.name.startswith(VIEW_GROUP)]:
        group = getattr(node, "node_tree", None)
        tree.nodes.remove(node)
        if group is not None and not group.users:
            bpy.data.node_groups.remove(group)


def _view_group(images: FaceImages, view: str) -> bpy.types.NodeTree:
    group = bpy.data.node_groups.new(VIEW_GROUP, "ShaderNodeTree")
    group.interface.new_socket("Shader", in_out="OUTPUT", socket_type="NodeSocketShader")
    skin: Operand = PLAIN_SKIN if images.albedo is None else _image(group, images.albedo).outputs["Color"]
    colour = skin
    if view == PHOTO and images.photo is not None:
        colour = _photo(group, images.photo, skin)
    elif view == SEEN and images.confidence is not None:
        colour = _seen(group, images.confidence, skin)
    emission = group.nodes.new("ShaderNodeEmission")
    connect(group, colour, emission.inputs["Color"])
    connect(group, emission.outputs["Emission"], group.nodes.new("NodeGroupOutput").inputs["Shader"])
    lay_out(group)
    return group


def _photo(group: bpy.types.NodeTree, photo: bpy.types.Image, skin: Operand) -> bpy.types.NodeSocket:
    attribute: Any = group.nodes.new("ShaderNodeAttribute")
    attribute.attribute_name = PHOTO_ATTRIBUTE
    picture = _image(group, photo)
    picture.extension = "CLIP"  # transparent outside the picture
    connect(group, attribute.outputs["Vector"], picture.inputs["Vector"])
    facing = separate(group, attribute.outputs["Vector"])[2]
    ramp: Any = group.nodes.new("ShaderNodeMapRange")
    ramp.interpolation_type = "SMOOTHSTEP"
    connect(group, facing, ramp.inputs["Value"])
    ramp.inputs["From Min"].default_value, ramp.inputs["From Max"].default_value = GRAZING, CLEAR
    shown = math(group, "MULTIPLY", picture.outputs["Alpha"], ramp.outputs["Result"])
    return mix_colours(group, shown, skin, picture.outputs["Color"])


def _seen(group: bpy.types.NodeTree, confidence: bpy.types.Image, skin: Operand) -> bpy.types.NodeSocket:
    share = _image(group, confidence).outputs["Color"]
    return mix_colours(group, OVERLAY, skin, mix_colours(group, share, GUESSED_COLOUR, SEEN_COLOUR))


def _image(group: bpy.types.NodeTree, image: bpy.types.Image) -> Any:
    node: Any = group.nodes.new("ShaderNodeTexImage")
    node.image, node.extension = image, "EXTEND"
    return node


def _normals(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Vertex normals (N, 3) in camera space; of a quad the first triangle says enough."""
    a, b, c = (points[faces[:, corner]] for corner in range(3))
    normals = np.zeros_like(points)
    flat = np.cross(b - a, c - a)
    for corner in range(3):
        np.add.at(normals, faces[:, corner], flat)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
