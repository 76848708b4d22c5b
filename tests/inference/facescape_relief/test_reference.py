"""Colours, 16-bit maps and displaced meshes are those of the official code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from likeness.inference.facescape_relief.colours import network_input, transferred
from likeness.inference.facescape_relief.displacement_maps import LARGEST_M, NONE, metres, sixteen_bits, whole_map
from likeness.inference.facescape_relief.meshes import displaced, obj_file, subdivided
from likeness.inference.networks.pix2pix_generator import GlobalGenerator
from likeness.result.image_files import read_image, write_image
from official_reference import Reference, empty
from shared_tools import tool


@pytest.fixture
def reference(shared_dir: Path) -> Reference:
    return Reference.of(shared_dir, "facescape_dpmap_reference")


def test_colours_come_to_those_of_facescape(reference: Reference) -> None:
    found = transferred(reference.values["color_transfer_input_bgr"][..., ::-1].copy())
    wanted = reference.values["color_transfer_output_bgr"][..., ::-1]
    assert np.abs(found.astype(int) - wanted).max() <= 1


def test_colours_off_the_face_stay_and_a_flat_one_is_no_fault() -> None:
    texture = np.full((4, 4, 3), 200, np.uint8)
    mask = np.zeros((4, 4), bool)
    mask[:2] = True
    found = network_input(texture, mask)
    assert found.shape == (3, 4, 4)
    assert found.dtype == np.float32
    assert np.allclose(found[:, 2:], 200 / 255 * 2 - 1)
    assert np.isfinite(found).all()
    assert found[0, 0, 0] > found[2, 0, 0]  # skin is red before it is blue


@pytest.mark.slow
def test_maps_are_resized_first_and_then_cut_off(reference: Reference) -> None:
    network = empty(GlobalGenerator, 3, 1)
    reference.fill(network)
    with torch.inference_mode():
        answer = network(reference.picture(1, 3, 256, 256))[0, 0].numpy()
    found = sixteen_bits(answer, 475)
    assert found.shape == tuple(reference.values["tensor2im_475_shape"])
    wanted = reference.values["tensor2im_475_value"].astype(int)
    assert np.abs(found.ravel()[reference.values["tensor2im_475_index"]].astype(int) - wanted).max() <= 8


def test_a_map_is_the_same_from_a_file(tmp_path: Path) -> None:
    """Sixteen bits stay, 32768 is flat, and the window is where the whole map says."""
    window = np.random.default_rng(0).integers(0, 65536, (1900, 1900)).astype(np.uint16)
    write_image(tmp_path / "map.png", whole_map(window))
    found = read_image(tmp_path / "map.png")
    assert found.dtype == np.uint16
    assert np.array_equal(found[600:2500, 1100:3000], window)
    found[600:2500, 1100:3000] = NONE
    assert not metres(found).any()
    ends = metres(np.array([0, NONE, 65535], np.uint16))
    assert ends == pytest.approx([-LARGEST_M, 0.0, LARGEST_M], rel=1e-4)


def test_meshes_are_cut_and_displaced_as_there(reference: Reference) -> None:
    values = reference.values
    vertices, triangles, uv = (values[f"dp_subdiv_input_{name}"] for name in ("vertices", "triangles", "texcoords"))
    for _ in range(2):
        vertices, triangles, uv = subdivided(vertices, triangles, uv)
    theirs = {tuple(np.round(point, 9)): place for place, point in enumerate(values["dp_vertices"])}
    order = [theirs[tuple(np.round(point, 9))] for point in vertices]
    assert sorted(order) == list(range(len(values["dp_vertices"])))
    assert np.allclose(uv, values["dp_texcoords"][order], atol=1e-12)
    sides = {frozenset(order[corner] for corner in triangle) for triangle in triangles}
    assert sides == {frozenset(triangle) for triangle in values["dp_triangles"].tolist()}
    heights = (tool(reference.shared, "reference_fill").reference_input(512, 512).numpy() * 65535).astype(np.uint16)
    assert np.abs(displaced(vertices, triangles, uv, heights, 0.914) - values["dp_result"][order]).max() < 1e-6


def test_a_texture_point_at_the_border_is_no_fault() -> None:
    """Where the official code reads a row that is not there."""
    corners = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]])
    heights = np.full((4, 4), 65535, np.uint16)
    uv = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    found = displaced(corners, np.array([[0, 1, 2]]), uv, heights, 1.0)
    assert np.allclose(found[:, 2], 1.0, atol=1e-4)
    assert np.allclose(found[:, :2], corners[:, :2])
    assert obj_file(found, np.array([[0, 1, 2]]), uv, np.array([[2, 1, 0]])).endswith(b"f 1/3 2/2 3/1\n")
