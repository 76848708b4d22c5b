"""DF2Net's own files."""

from __future__ import annotations

import io

import numpy as np
import pytest
from likeness.inference.depth.depth_map import DepthMap
from likeness.inference.detectors.crop import Crop
from likeness.inference.df2net.files import DEPTH_KEY, grid_triangles, mat_file, obj_file, written
from scipy.io import loadmat


@pytest.fixture
def depth() -> DepthMap:
    known = np.ones((3, 4), bool)
    known[0, 0] = False
    return DepthMap(np.linspace(0.0, 25.5, 12).reshape(3, 4).astype(np.float32), known, Crop((0.0, 0.0), 4.0))


def test_the_depth_map_is_the_official_scale(depth: DepthMap) -> None:
    found = loadmat(io.BytesIO(mat_file(depth)))[DEPTH_KEY]
    assert np.allclose(found, written(depth))
    assert found[0, 0] == 0.0  # no face
    assert found[2, 3] == pytest.approx(25.5)
    assert found[1, 1] == pytest.approx(depth.nearness[1, 1])


def test_the_mesh_joins_whole_squares_and_faces_the_viewer(depth: DepthMap) -> None:
    crop = np.full((3, 4, 3), 51, np.uint8)
    lines = obj_file(depth, crop).decode().splitlines()
    vertices = np.array([line.split()[1:] for line in lines if line.startswith("v ")], float)
    faces = np.array([line.split()[1:] for line in lines if line.startswith("f ")], int) - 1
    assert len(vertices) == 11
    assert np.allclose(vertices[:, 3:], 0.2)
    assert vertices[0, :2].tolist() == [1, 0]
    assert vertices[-1, :2].tolist() == [3, -2]
    corners = vertices[faces][..., :2]
    ahead = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (ahead > 0).all()


def test_no_triangle_crosses_a_jump() -> None:
    values = np.zeros((2, 6))
    values[:, 3:] = 40.0
    faces = grid_triangles(values, np.ones((2, 6), bool))
    assert len(faces) == 2 * 4
    assert not any({2, 3} <= set(face) for face in faces.tolist())
