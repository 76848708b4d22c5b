"""Small Cycles pictures as arrays, for comparing with formulas."""

# pyright: reportAttributeAccessIssue=none, reportArgumentType=none
from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
from likeness.scene import state
from likeness.scene.light.lighting import light_face
from likeness.scene.light.sh_light import SplitLight

EEVEE = "BLENDER_EEVEE" if bpy.app.version >= (5, 0) else "BLENDER_EEVEE_NEXT"


def render(
    path: Path, camera: bpy.types.Object, size: tuple[int, int], samples: int, engine: str = "CYCLES"
) -> np.ndarray:
    """Linear RGBA (H, W, 4) of the scene, row 0 at the top."""
    scene = bpy.context.scene
    if not camera.users_collection:
        bpy.context.collection.objects.link(camera)
    scene.camera = camera
    scene.render.engine = engine
    scene.cycles.samples = samples
    scene.cycles.use_denoising = False
    scene.cycles.pixel_filter_type = "BOX"
    scene.render.resolution_x, scene.render.resolution_y = size
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):  # Blender 5
        settings.media_type = "IMAGE"
    settings.file_format, settings.color_mode, settings.color_depth = "OPEN_EXR", "RGBA", "32"
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(str(path))
    image.colorspace_settings.name = "Non-Color"
    pixels = np.array(image.pixels[:]).reshape(size[1], size[0], 4)[::-1]
    bpy.data.images.remove(image)
    return pixels


def light_alone(split: SplitLight) -> tuple[bpy.types.World, bpy.types.Object]:
    """World and sun of a light in the scene, whose face is an empty object."""
    state.register()
    face = bpy.data.objects.new("Test", None)
    bpy.context.collection.objects.link(face)
    light_face(face, split)
    world, sun = state.state_of(face).world, state.state_of(face).sun
    bpy.context.scene.world = world
    return world, sun


def uncover(world: bpy.types.World) -> None:
    """Let the camera see the sky that lights the scene."""
    tree = world.node_tree
    sky = next(node for node in tree.nodes if node.type == "BACKGROUND" and node.inputs["Color"].is_linked)
    output = next(node for node in tree.nodes if node.type == "OUTPUT_WORLD")
    tree.links.new(sky.outputs["Background"], output.inputs["Surface"])


def panorama() -> bpy.types.Object:
    """A camera that sees all directions, its middle along Blender's +Y."""
    data = bpy.data.cameras.new("Panorama")
    data.type = "PANO"
    (data if hasattr(data, "panorama_type") else data.cycles).panorama_type = "EQUIRECTANGULAR"
    camera = bpy.data.objects.new("Panorama", data)
    camera.rotation_euler = (np.pi / 2, 0, 0)
    return camera


def panorama_directions(width: int, height: int) -> np.ndarray:
    """Directions (height, width, 3) in the view frame of a picture by `panorama`.

    Its middle looks along Blender's +Y, which is away from the viewer: -Z of the view frame.
    """
    longitude = ((np.arange(width) + 0.5) / width - 0.5) * 2 * np.pi
    latitude = (0.5 - (np.arange(height) + 0.5) / height)[:, None] * np.pi
    x, z = np.cos(latitude) * np.sin(longitude), -np.cos(latitude) * np.cos(longitude)
    return np.stack([x, np.broadcast_to(np.sin(latitude), x.shape), z], axis=-1)


def orbit(azimuth: float) -> bpy.types.Object:
    """Orthographic camera that looks at the origin, turned about the vertical by ``azimuth`` radians from the front."""
    data = bpy.data.cameras.new("Orbit")
    data.type, data.ortho_scale = "ORTHO", 0.2
    camera = bpy.data.objects.new("Orbit", data)
    camera.location = (np.sin(azimuth), -np.cos(azimuth), 0.0)
    camera.rotation_euler = (np.pi / 2, 0.0, azimuth)
    return camera


def matte_sphere() -> bpy.types.Object:
    """A sphere of 10 cm radius and albedo 0.5 at the origin, before nothing."""
    bpy.context.scene.render.film_transparent = True
    bpy.ops.mesh.primitive_uv_sphere_add(segments=64, ring_count=32, radius=0.1)
    sphere = bpy.context.object
    bpy.ops.object.shade_smooth()
    material = bpy.data.materials.new("Matte")
    if material.node_tree is None:  # Blender 4
        material.use_nodes = True
    shader = material.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (0.5, 0.5, 0.5, 1.0)
    shader.inputs["Specular IOR Level"].default_value = 0.0
    shader.inputs["Roughness"].default_value = 1.0
    sphere.data.materials.append(material)
    return sphere
