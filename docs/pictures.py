"""Render the built-in face for the documentation: ``python docs/pictures.py`` writes ``docs/images/builtin_*.png``.

Needs bpy. A small studio (key, fill and rim light on grey) in Cycles; other picture scripts may borrow it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import bpy
import numpy as np
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.registry import load_model
from mathutils import Vector
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.floating]

IMAGES = Path(__file__).parent / "images"
CLAY = (0.42, 0.39, 0.37)
TARGET = (0.0, -0.028, 0.03)  # model space, metres: what the camera looks at
DISTANCE = 1.1
LIGHTS = (  # direction in model space, watts, size in metres
    ((-0.75, 0.65, 1.0), 20.0, 0.35),
    ((1.0, 0.1, 0.6), 3.0, 0.9),
    ((0.9, 0.5, -0.8), 6.0, 0.5),
)


def to_blender(points: Floats) -> Floats:
    """Model space (x, y, z) -> Blender (x, -z, y)."""
    return np.stack([points[..., 0], -points[..., 2], points[..., 1]], axis=-1)


def open_studio(size: tuple[int, int], samples: int = 24) -> None:
    """An empty scene with lights and a grey world; pictures of ``size`` pixels."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising = samples, True
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.view_settings.view_transform, scene.view_settings.look = "AgX", "AgX - Medium High Contrast"
    world = bpy.data.worlds.new("studio")
    scene.world = world
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs[0].default_value = (0.07, 0.075, 0.08, 1)
    for direction, watts, width in LIGHTS:
        lamp = bpy.data.lights.new("area", "AREA")
        lamp.energy, lamp.size = watts, width
        toward = Vector(to_blender(np.array(direction))).normalized()
        _place(bpy.data.objects.new("area", lamp), toward * 1.2, toward)


def _place(thing: bpy.types.Object, location: Vector, away: Vector) -> None:
    """Put a lamp or camera that looks against ``away``."""
    bpy.context.scene.collection.objects.link(thing)
    thing.location = location
    thing.rotation_euler = away.to_track_quat("Z", "Y").to_euler()


def add_face(model: FaceModel, vertices: Floats, colors: Floats, levels: int = 1) -> None:
    """A smooth mesh of vertices (V, 3) with vertex colours (V, 3), linear RGB, and a skin-like material."""
    mesh = bpy.data.meshes.new("face")
    faces = [[int(v) for v in face if v >= 0] for face in model.faces]
    mesh.from_pydata(to_blender(vertices).tolist(), [], faces)
    mesh.polygons.foreach_set("use_smooth", np.ones(len(faces), dtype=bool))
    attribute = mesh.color_attributes.new("albedo", "FLOAT_COLOR", "POINT")
    attribute.data.foreach_set("color", np.column_stack([colors, np.ones(len(colors))]).astype(np.float32).ravel())
    for material in (_material("skin", 0.5), _material("eye", 0.08)):
        mesh.materials.append(material)
    eyes = [model.part_names.index(name) for name in model.part_names if name.startswith("eye")]
    mesh.polygons.foreach_set("material_index", np.isin(model.face_parts, eyes).astype(np.int32))
    face = bpy.data.objects.new("face", mesh)
    bpy.context.scene.collection.objects.link(face)
    smooth = face.modifiers.new("smooth", "SUBSURF")
    smooth.levels = smooth.render_levels = levels


def _material(name: str, roughness: float) -> bpy.types.Material:
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    color = nodes.new("ShaderNodeVertexColor")
    color.layer_name = "albedo"
    surface = nodes["Principled BSDF"]
    surface.inputs["Roughness"].default_value = roughness
    surface.inputs["Specular IOR Level"].default_value = 0.35
    links.new(color.outputs["Color"], surface.inputs["Base Color"])
    return material


def shoot(yaw: float, pitch: float, focal: float = 138.0, target: Sequence[float] = TARGET) -> Image.Image:
    """A picture from ``yaw`` degrees to the subject's left and ``pitch`` above, with a lens of ``focal`` mm."""
    a, b = np.radians([yaw, pitch])
    away = Vector(to_blender(np.array([np.sin(a) * np.cos(b), np.sin(b), np.cos(a) * np.cos(b)])))
    lens = bpy.data.cameras.new("camera")
    lens.lens, lens.clip_start = focal, 0.01
    camera = bpy.data.objects.new("camera", lens)
    _place(camera, Vector(to_blender(np.array(target))) + away * DISTANCE, away)
    scene = bpy.context.scene
    scene.camera = camera
    with tempfile.TemporaryDirectory() as folder:
        scene.render.filepath = str(Path(folder) / "picture.png")
        bpy.ops.render.render(write_still=True)
        return Image.open(scene.render.filepath).convert("RGB").copy()


def sheet(pictures: Sequence[Image.Image], columns: int) -> Image.Image:
    """Pictures of one size side by side, row by row."""
    width, height = pictures[0].size
    rows = -(-len(pictures) // columns)
    whole = Image.new("RGB", (columns * width, rows * height))
    for index, picture in enumerate(pictures):
        whole.paste(picture, (index % columns * width, index // columns * height))
    return whole


def save(picture: Image.Image, name: str) -> None:
    """Write a small PNG into ``docs/images``."""
    IMAGES.mkdir(exist_ok=True)
    picture.save(IMAGES / name, optimize=True)


def clay_colors(model: FaceModel) -> Floats:
    """Grey clay; the eyeballs keep their colours, which tell where the face looks."""
    eyes = model.region("eyes")[:, None]
    return (1 - eyes) * np.array(CLAY) + eyes * model.albedo_mean


def mean_face(model: FaceModel) -> None:
    """``builtin_clay.png`` and ``builtin_skin.png``: front, three-quarter and side of the mean."""
    for name, colors in (("builtin_clay.png", clay_colors(model)), ("builtin_skin.png", model.albedo_mean)):
        open_studio((320, 400))
        add_face(model, model.shape(), colors)
        save(sheet([shoot(0, 2), shoot(38, 6), shoot(90, 0)], 3), name)


def identities(model: FaceModel) -> None:
    """``builtin_identities.png``: eight random faces of the prior."""
    rng, pictures = np.random.default_rng(7), []
    for _ in range(8):
        shape = 0.85 * rng.standard_normal(len(model.identity_basis))
        tint = rng.standard_normal(len(model.albedo_basis))
        colors = model.albedo_mean + np.tensordot(tint, model.albedo_basis, axes=1)
        open_studio((200, 250), samples=16)
        add_face(model, model.shape(shape), np.clip(colors, 0.002, 1))
        pictures.append(shoot(25, 4))
    save(sheet(pictures, 4), "builtin_identities.png")


def main() -> None:
    model = load_model("builtin")
    mean_face(model)
    identities(model)


if __name__ == "__main__":
    main()
