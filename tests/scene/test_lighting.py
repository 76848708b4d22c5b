"""Rendered light against the formulas: the sky's radiance, and how sun and sky shade a matte sphere together."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
from likeness.scene.axes import to_blender
from likeness.scene.lighting import create_lighting
from likeness.scene.sh_light import radiance, sh_basis, split_sun
from synthetic import side_light


def render(path: Path, camera: bpy.types.Object, size: tuple[int, int], samples: int) -> np.ndarray:
    """Linear RGBA (H, W, 4) of the scene by Cycles, row 0 at the top."""
    scene = bpy.context.scene
    bpy.context.collection.objects.link(camera)
    scene.camera = camera
    scene.render.engine = "CYCLES"
    scene.cycles.samples = samples
    scene.cycles.use_denoising = False
    scene.cycles.pixel_filter_type = "BOX"
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.image_settings.color_mode = "RGBA"
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(str(path))
    image.colorspace_settings.name = "Non-Color"
    return np.array(image.pixels[:]).reshape(size[1], size[0], 4)[::-1]


def panorama_directions(width: int, height: int) -> np.ndarray:
    """Directions (height, width, 3) in the view frame of an equirectangular picture.

    Its middle looks along Blender's +Y, which is away from the viewer: -Z of the view frame.
    """
    longitude = ((np.arange(width) + 0.5) / width - 0.5) * 2 * np.pi
    latitude = (0.5 - (np.arange(height) + 0.5) / height)[:, None] * np.pi
    x, z = np.cos(latitude) * np.sin(longitude), -np.cos(latitude) * np.cos(longitude)
    return np.stack([x, np.broadcast_to(np.sin(latitude), x.shape), z], axis=-1)


def test_the_sky_is_the_formula(tmp_path: Path) -> None:
    """An equirectangular picture of the sky shows the radiance of every direction, black where it is negative."""
    light = side_light() * 0.5
    light[1] = 2.5  # from above, so strongly that the order-2 sky would be negative below
    world, _ = create_lighting(split_sun(light), "Test")
    bpy.context.scene.world = world
    data = bpy.data.cameras.new("Panorama")
    data.type = "PANO"
    (data if hasattr(data, "panorama_type") else data.cycles).panorama_type = "EQUIRECTANGULAR"
    camera = bpy.data.objects.new("Panorama", data)
    camera.rotation_euler = (np.pi / 2, 0, 0)
    width, height = 48, 24
    found = render(tmp_path / "sky.exr", camera, (width, height), samples=16)
    fine = panorama_directions(4 * width, 4 * height)
    exact = radiance(fine, split_sun(light).sky)
    expected = exact.reshape(height, 4, width, 4, 3).mean(axis=(1, 3))
    assert (expected == 0).any()
    np.testing.assert_allclose(found[..., :3], expected, atol=0.02 * expected.max())


def test_sun_and_sky_shade_like_the_coefficients(tmp_path: Path) -> None:
    """A matte white sphere under sun and sky shows sum(l_k Y_k(n)) where the sun reaches."""
    light = side_light()
    world, sun = create_lighting(split_sun(light), "Test")
    bpy.context.scene.world = world
    bpy.context.collection.objects.link(sun)
    bpy.context.scene.render.film_transparent = True
    bpy.ops.mesh.primitive_uv_sphere_add(segments=64, ring_count=32, radius=0.1)
    sphere = bpy.context.object
    bpy.ops.object.shade_smooth()
    white = bpy.data.materials.new("White")
    if white.node_tree is None:
        white.use_nodes = True
    shader = white.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (0.5, 0.5, 0.5, 1.0)
    shader.inputs["Specular IOR Level"].default_value = 0.0
    shader.inputs["Roughness"].default_value = 1.0
    sphere.data.materials.append(white)
    data = bpy.data.cameras.new("Front")
    data.type, data.ortho_scale = "ORTHO", 0.2
    camera = bpy.data.objects.new("Front", data)
    camera.location, camera.rotation_euler = (0, -1, 0), (np.pi / 2, 0, 0)
    size = 32
    found = render(tmp_path / "sphere.exr", camera, (size, size), samples=64)
    x, y = np.meshgrid((np.arange(size) + 0.5) / size * 2 - 1, 1 - (np.arange(size) + 0.5) / size * 2)
    inside = x**2 + y**2 < 0.9
    normals = np.stack([x, y, np.sqrt(np.maximum(1 - x**2 - y**2, 0))], axis=-1)
    split = split_sun(light)
    lit = inside & (normals @ split.direction > 0.3)  # beyond, order 2 knows no shadow edge and dips below the sun's
    expected = 0.5 * (sh_basis(normals) @ light)
    error = found[..., :3][lit] / expected[lit] - 1
    assert abs(np.median(error)) < 0.03
    assert np.percentile(np.abs(error), 90) < 0.12


def test_the_sun_stands_where_the_light_comes_from() -> None:
    light = side_light()
    _, sun = create_lighting(split_sun(light), "Test")
    bpy.context.collection.objects.link(sun)
    bpy.context.view_layer.update()
    shines = np.array(sun.matrix_world)[:3, :3] @ [0, 0, -1]
    np.testing.assert_allclose(shines, -to_blender(split_sun(light).direction), atol=1e-6)
    np.testing.assert_allclose(np.array(sun.data.color) * sun.data.energy, split_sun(light).irradiance, rtol=1e-5)
