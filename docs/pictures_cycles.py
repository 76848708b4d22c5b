"""Close-ups of the built-in head as Blender renders it, with the materials that every face gets."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
from likeness.bfm.library.registry import load_model
from likeness.geometry.colour import linear_to_srgb, srgb_to_linear
from likeness.inference.texture.hair import SeenHair
from likeness.inference.texture.scalp import with_stubble
from likeness.inference.uv.atlas import uv_atlas
from likeness.inference.uv.blending import pad_charts, padding
from likeness.result.colouring import Colouring
from likeness.result.reconstruction import ALBEDO_IMAGE
from likeness.result.scalp import depth_in_scalp
from likeness.scene.building.build import build_face
from likeness.scene.hair.grow import add_hair
from mathutils import Vector
from model_faces import TEXTURE, View, face_of, save, sheet
from numpy.typing import NDArray
from PIL import Image

SAMPLES = 24
SIZE = (330, 300)
LIGHTS = (  # direction in model space, watts, size in metres
    ((-0.75, 0.65, 1.0), 20.0, 0.35),
    ((1.0, 0.1, 0.6), 3.0, 0.9),
    ((0.9, 0.5, -0.8), 6.0, 0.5),
)
BROWN, CROWN = (0.06, 0.03, 0.014), (0.0, 0.0, 0.0)
EYE, LIPS, EAR, WHOLE = (0.032, -0.001, 0.075), (0.0, -0.062, 0.085), (0.075, -0.022, -0.025), (0.0, -0.015, 0.0)
# View and sliders of each picture.
CLOSE_UPS: tuple[tuple[View, dict[str, float]], ...] = (
    (View(30, 3, WHOLE, 0.33), {}),
    (View(90, 0, WHOLE, 0.33), {}),
    (View(-35, 8, WHOLE, 0.33), {"mouthSmileLeft": 0.9, "mouthSmileRight": 0.9, "jawOpen": 0.25}),
    (View(10, 0, EYE, 0.055), {}),
    (View(10, 0, EYE, 0.055), {"eyeBlinkLeft": 1, "eyeBlinkRight": 1}),
    (View(20, 0, EYE, 0.055), {"eyeLookOutLeft": 0.9, "eyeLookInRight": 0.9}),
    (View(15, 0, LIPS, 0.085), {"mouthSmileLeft": 1, "mouthSmileRight": 1, "jawOpen": 0.35}),
    (View(25, 5, LIPS, 0.11), {"jawOpen": 0.7, "tongueOut": 1}),
    (View(75, 0, EAR, 0.1), {}),
)


def close_ups() -> None:
    """Whole heads, an eye open, closed and turned, teeth, the tongue put out and an ear: ``head_close_ups.jpg``."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with tempfile.TemporaryDirectory() as folder:
        face_of(load_model("builtin")).save(Path(folder) / "face")
        face = build_face(Path(folder) / "face")
        open_studio()
        for modifier in face.modifiers:
            if modifier.type == "SUBSURF":
                modifier.render_levels = 1
        tiles = [shot(face, replace(view, size=SIZE), values, Path(folder)) for view, values in CLOSE_UPS]
    save(sheet(tiles, 3), "head_close_ups.jpg")


def hair() -> None:
    """A head with stubble in the colour of its hair, then with hair: ``guide/hair.jpg``."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    model, views = load_model("builtin"), [View(yaw, 8, CROWN, 0.3, SIZE) for yaw in (0, 40, 90, 160)]
    bald, atlas = face_of(model), uv_atlas(model, TEXTURE)
    whole = SeenHair(BROWN, depth_in_scalp(model.mean, model.landmarks68), np.ones(len(model.mean)))
    skin = srgb_to_linear(bald.images[ALBEDO_IMAGE]).astype(np.float32)
    shaved = with_stubble(skin, np.zeros(skin.shape[:2], np.float32), whole, atlas)
    shaved = pad_charts(shaved, atlas.mask, padding(TEXTURE))
    images = {ALBEDO_IMAGE: np.round(linear_to_srgb(shaved) * 255).astype(np.uint8)}
    with tempfile.TemporaryDirectory() as folder:
        replace(bald, images=images, appearance=Colouring(hair=BROWN)).save(Path(folder) / "face")
        face = build_face(Path(folder) / "face")
        open_studio()
        tiles = [shot(face, view, {}, Path(folder)) for view in views]
        add_hair(face)
        tiles += [shot(face, view, {}, Path(folder)) for view in views]
    save(sheet(tiles, len(views)), "guide/hair.jpg")


def open_studio() -> None:
    """Key, fill and rim light on grey in place of the photo's light."""
    scene = bpy.context.scene
    for lamp in [thing for thing in scene.objects if thing.type == "LIGHT"]:
        bpy.data.objects.remove(lamp)
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising = SAMPLES, True
    scene.render.threads_mode, scene.render.threads = "FIXED", 1
    scene.render.resolution_x, scene.render.resolution_y = SIZE
    scene.render.pixel_aspect_x = scene.render.pixel_aspect_y = 1
    scene.render.resolution_percentage, scene.render.film_transparent = 100, False
    scene.view_settings.view_transform, scene.view_settings.look = "AgX", "AgX - Medium High Contrast"
    world = bpy.data.worlds.new("studio")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs[0].default_value = (0.07, 0.075, 0.08, 1)
    scene.world = world
    for direction, watts, width in LIGHTS:
        lamp = bpy.data.lights.new("area", "AREA")
        lamp.energy, lamp.size = watts, width
        toward = to_blender(direction).normalized()
        place(bpy.data.objects.new("area", lamp), toward * 1.2, toward)


def place(thing: bpy.types.Object, location: Vector, away: Vector) -> None:
    """Put a lamp or camera that looks against ``away``."""
    bpy.context.scene.collection.objects.link(thing)
    thing.location = location
    thing.rotation_euler = away.to_track_quat("Z", "Y").to_euler()


def to_blender(point: tuple[float, ...] | NDArray[np.floating]) -> Vector:
    """From model space, metres."""
    x, y, z = point
    return Vector((x, -z, y))


def shot(face: bpy.types.Object, view: View, values: dict[str, float], folder: Path) -> NDArray[np.uint8]:
    """The face with these values of its keys, as a view sees it."""
    for key in face.data.shape_keys.key_blocks[1:]:
        key.value = values.get(key.name, 0.0)
    bpy.context.scene.camera = camera_of(view)
    return rendered(folder / "picture.png")


def camera_of(view: View) -> bpy.types.Object:
    """A new camera in the scene that sees what a view does."""
    rotation = view.camera().rotation.numpy().astype(np.float64)
    away = to_blender(-rotation[2])
    lens = bpy.data.cameras.new("camera")
    lens.sensor_width, lens.sensor_fit, lens.clip_start = 36.0, "HORIZONTAL", 0.01
    distance = 0.9
    lens.lens = distance * lens.sensor_width / view.across
    camera = bpy.data.objects.new("camera", lens)
    place(camera, to_blender(tuple(view.target)) + away * distance, away)
    return camera


def rendered(path: Path) -> NDArray[np.uint8]:
    """The scene's picture, which is written to a file as well."""
    scene = bpy.context.scene
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))
