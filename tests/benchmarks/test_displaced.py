from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from likeness.benchmarks.displaced import displaced_surface, posed_vertices, sample_bilinear
from likeness.result.reconstruction import Mesh

UP = np.array([0.0, 1, 0])


def sphere_mesh(rings: int = 12, sectors: int = 24) -> Mesh:
    """A band of a unit sphere, -60 to 60 degrees high, with a texture seam and one key that moves it up."""
    longitude = np.linspace(0, 2 * np.pi, sectors, endpoint=False)
    latitude = np.linspace(-np.pi / 3, np.pi / 3, rings)
    turn, rise = np.meshgrid(longitude, latitude)
    vertices = np.stack([np.cos(rise) * np.cos(turn), np.sin(rise), np.cos(rise) * np.sin(turn)], 2).reshape(-1, 3)
    u, v = np.meshgrid(np.linspace(0, 1, sectors + 1), np.linspace(0, 1, rings))
    row, column = (grid.ravel() for grid in np.mgrid[: rings - 1, :sectors])
    corners = [(row, column), (row + 1, column), (row + 1, column + 1), (row, column + 1)]
    faces = np.stack([r * sectors + c % sectors for r, c in corners], axis=1)
    faces_uv = np.stack([r * (sectors + 1) + c for r, c in corners], axis=1)
    none = np.zeros(0)
    return Mesh(
        vertices=vertices,
        faces=faces,
        uv=np.stack([u.ravel(), v.ravel()], axis=1),
        faces_uv=faces_uv,
        shape_key_names=("up",),
        shape_key_deltas=np.broadcast_to(UP, (1, len(vertices), 3)),
        shape_key_ranges=np.array([[0.0, 1]]),
        expression=np.array([0.0]),
        landmarks68=np.zeros(68, dtype=int),
        joint_names=(),
        joint_parents=none.astype(int),
        joint_positions=np.zeros((0, 3)),
        skin_weights=np.zeros((len(vertices), 0)),
        parts=np.zeros(len(faces), dtype=int),
        part_names=("skin",),
    )


def test_constant_displacement_grows_a_sphere_by_that_much():
    mesh = sphere_mesh()
    smooth, triangles = displaced_surface(mesh, np.zeros((8, 8)))
    grown, _ = displaced_surface(mesh, np.full((8, 8), 0.1))
    inside = np.abs(smooth[:, 1]) < 0.7  # normals at the open border are one-sided
    gain = np.linalg.norm(grown, axis=1) - np.linalg.norm(smooth, axis=1)
    assert len(triangles) == 2 * 16 * len(mesh.faces)
    assert gain[inside] == pytest.approx(0.1, abs=2e-3)


def test_map_lands_where_its_texture_points_are():
    mesh = sphere_mesh()
    rows = np.linspace(1, 0, 64)[:, None]  # row 0 is v = 1
    smooth, _ = displaced_surface(mesh, np.zeros((64, 64)))
    grown, _ = displaced_surface(mesh, np.broadcast_to(rows, (64, 64)) * 0.1)
    v = (np.arcsin(smooth[:, 1] / np.linalg.norm(smooth, axis=1)) / (np.pi / 3) + 1) / 2
    inside = np.abs(smooth[:, 1]) < 0.7
    gain = np.linalg.norm(grown, axis=1) - np.linalg.norm(smooth, axis=1)
    assert np.abs(gain - 0.1 * v)[inside].max() < 4e-3


def test_expression_moves_the_surface():
    mesh = replace(sphere_mesh(), expression=np.array([0.25]))
    assert np.allclose(posed_vertices(mesh), mesh.vertices + UP / 4)
    moved, _ = displaced_surface(mesh, np.zeros((4, 4)))
    still, _ = displaced_surface(sphere_mesh(), np.zeros((4, 4)))
    assert np.allclose(moved, still + UP / 4)


def test_bilinear_sampling_knows_texel_centres_and_extends_the_border():
    image = np.array([[0.0, 1.0], [2.0, 3.0]])
    uv = np.array([[0.25, 0.75], [0.75, 0.25], [0.5, 0.5], [0.5, 0.75], [-1.0, 2.0]])
    assert np.allclose(sample_bilinear(image, uv), [0, 3, 1.5, 0.5, 0])


def test_lashes_are_no_surface() -> None:
    mesh = sphere_mesh()
    lashes = np.arange(len(mesh.faces)) < 5
    both = replace(mesh, part_names=("skin", "lashes"), parts=lashes.astype(int))
    vertices, triangles = displaced_surface(both, np.full((4, 4), 0.1))
    whole, all_triangles = displaced_surface(mesh, np.full((4, 4), 0.1))
    np.testing.assert_array_equal(vertices, whole)
    assert len(triangles) == len(all_triangles) * (len(lashes) - 5) // len(lashes)
