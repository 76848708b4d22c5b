"""The relief with some of the groups as maps: displacement by the sum, normals by the slopes on the surface."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from likeness.geometry.uv_texels import texels
from likeness.result.folder import read_reconstruction
from likeness.scene.exporting.export_folder import export_folder
from likeness.scene.state import state_of
from likeness.scene.wrinkles.maps import displacement_with, normals_with, read_pixels
from wrinkled import BROWS, SIDE, SMILE, build_wrinkled, wrinkle_map


def test_the_displacement_is_the_sum(tmp_path: Path) -> None:
    face = build_wrinkled(tmp_path)
    image = displacement_with(face, [0.5, -2.0], "sum")
    size = image.size[0]
    centres, at = np.arange(SIDE), (np.arange(size) + 0.5) * SIDE / size - 0.5
    across = np.interp(at, centres, wrinkle_map(BROWS)[0])
    up = np.interp(at, centres, wrinkle_map(SMILE)[::-1, 0])
    expected = 0.5 * across[None, :] - 2.0 * up[:, None]
    pixels = read_pixels(image)
    np.testing.assert_allclose(pixels[..., 0], expected, atol=2e-6)
    np.testing.assert_array_equal(pixels[..., 3], 1.0)
    assert image.packed_file is not None
    assert image.colorspace_settings.is_data


def test_the_normals_are_those_of_the_slopes(tmp_path: Path) -> None:
    face = build_wrinkled(tmp_path)
    pixels = read_pixels(normals_with(face, [1.0, 1.0], "normals"))
    size = len(pixels)
    normals = 2.0 * pixels[..., :3] - 1.0
    # The sheet is x = 0.2 u, y = 0.2 v, both from its middle, and z = 0.1 - 4 (x^2 + y^2).
    middle = (np.arange(size) + 0.5) / size
    x, y = np.meshgrid(0.2 * (middle - 0.5), 0.2 * (middle - 0.5))
    none, one = np.zeros_like(x), np.ones_like(x)
    step_u, step_v = (0.2 * np.stack(axes, axis=-1) for axes in ((one, none, -8 * x), (none, one, -8 * y)))
    change_u, change_v = np.full(x.shape, 0.002), 0.001 * 4 * np.pi * np.cos(4 * np.pi * np.meshgrid(middle, middle)[1])
    normal = np.cross(step_u, step_v)
    raised = np.cross(
        step_u + change_u[..., None] * normal / np.linalg.norm(normal, axis=-1, keepdims=True),
        step_v + change_v[..., None] * normal / np.linalg.norm(normal, axis=-1, keepdims=True),
    )
    frame = np.stack([step_u, np.cross(normal, step_u), normal], axis=-2)
    frame /= np.linalg.norm(frame, axis=-1, keepdims=True)
    expected = np.einsum("ijkc,ijc->ijk", frame, raised / np.linalg.norm(raised, axis=-1, keepdims=True))
    inside = slice(size // 5, -size // 5)  # where the sheet has its layout, and maps have neighbours
    assert np.abs(expected[inside, inside, 1]).max() > 0.04
    np.testing.assert_allclose(normals[inside, inside], expected[inside, inside], atol=0.0125)  # three steps of 8 bits


def test_nothing_added_is_nothing_changed(tmp_path: Path) -> None:
    face = build_wrinkled(tmp_path)
    before = read_pixels(state_of(face).normal)
    np.testing.assert_allclose(read_pixels(normals_with(face, [0.0, 0.0], "same")), before, atol=0.6 / 255)


def test_a_map_that_was_made_is_a_file_of_a_result(tmp_path: Path) -> None:
    face = build_wrinkled(tmp_path)
    state_of(face).displacement = displacement_with(face, [0.5, 0.0], "own")
    export_folder(tmp_path / "out.likeness", face)
    read = read_reconstruction(tmp_path / "out.likeness")
    found = read_pixels(bpy.data.images.load(str(read.images["displacement.exr"])))
    np.testing.assert_allclose(found, read_pixels(state_of(face).displacement), atol=1e-7)
    assert [group.name for group in read.wrinkles] == ["brow_raise", "smile_left"]
    assert read.images[BROWS.image].is_file()


def test_texels_are_linear_within_triangles_and_0_outside() -> None:
    uv = np.array([[0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.9]])
    triangles = np.array([[0, 1, 2], [1, 2, 3], [0, 0, 1]])  # both ways round; one without area
    made = texels(uv @ [[1.0, 10.0], [2.0, 0.0]], uv, triangles, 40)
    at = (np.arange(40) + 0.5) / 40
    u, v = np.meshgrid(at, at)
    inside = (np.abs(u - 0.5) < 0.4) & (np.abs(v - 0.5) < 0.4)
    np.testing.assert_allclose(made[..., 0], np.where(inside, u + 2 * v, 0.0), atol=1e-5)
    np.testing.assert_allclose(made[..., 1], np.where(inside, 10 * u, 0.0), atol=1e-4)


@pytest.mark.parametrize("size", [1, 7, 300])
def test_texels_know_every_size(size: int) -> None:
    uv = np.array([[-1.0, -1.0], [3.0, -1.0], [-1.0, 3.0]])
    np.testing.assert_allclose(texels(np.ones((3, 1)), uv, np.array([[0, 1, 2]]), size), 1.0, rtol=1e-6)
