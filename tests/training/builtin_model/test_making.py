"""Pieces of the making script: triangles and quads of the landmark mesh, tidying, eyes, UV relaxation, colours."""

from __future__ import annotations

from pathlib import Path

import likeness.training.builtin_model as package
import numpy as np
import pytest
from likeness.anatomy.landmarks import INNER_LIP_LOOP, LEFT_EYE_LOOP
from likeness.bfm.builtin.eyes import RADIUS
from likeness.geometry.affine import affine_weights
from likeness.geometry.flattening import RestTriangles, dirichlet
from likeness.geometry.quads import orient, triangles_of_edges
from likeness.inference.detectors.mediapipe_models import mesh_edges
from likeness.training.builtin_model.eyeball import SEGMENTS, make_eyeball
from likeness.training.builtin_model.mean_face import MeanFace, build_mean
from likeness.training.builtin_model.paint import smooth_fields
from likeness.training.builtin_model.regions import soft_polygon
from likeness.training.builtin_model.surface import FLIP
from likeness.training.builtin_model.tidy import calming_matrix, skirt_matrix, tidying_matrix
from likeness.training.builtin_model.topology import base_mirror


@pytest.fixture(scope="module")
def measured() -> dict[str, np.ndarray]:
    with np.load(Path(package.__file__).parent / "measured_landmarks.npz") as arrays:
        return {name: arrays[name].astype(np.float64) for name in arrays.files}


@pytest.fixture(scope="module")
def build(face_finder: None, measured: dict[str, np.ndarray]) -> MeanFace:
    return build_mean(measured)


@pytest.mark.usefixtures("face_finder")
def test_landmark_edges_give_852_triangles() -> None:
    triangles = triangles_of_edges(mesh_edges())
    assert len(triangles) == 852
    sides = [side for a, b, c in triangles for side in ((a, b), (b, c), (a, c))]
    used = np.unique(sides, axis=0, return_counts=True)[1]
    assert used.max() == 2
    assert (used == 1).sum() == 36 + 16 + 16 + 20, "open are the face oval, two eyes and the mouth"


def test_a_ring_of_three_triangles_is_no_triangle() -> None:
    wheel = [(0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3), (0, 4), (1, 4), (1, 5), (2, 5), (2, 6), (0, 6)]
    assert (0, 1, 2) not in triangles_of_edges(wheel)
    assert len(triangles_of_edges(wheel)) == 6


def test_orient_turns_all_towards_z() -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0.2], [0, 1, 0]], dtype=float)
    for triangle in orient([(0, 1, 2), (0, 2, 3)], points):
        a, b, c = points[list(triangle)]
        assert np.cross(b - a, c - a)[2] > 0


def test_control_mesh_is_mostly_quads_and_symmetric(build: MeanFace) -> None:
    mesh = build.mesh
    assert (mesh.faces[:, 3] < 0).mean() < 0.02
    faces = {frozenset(f) for f in mesh.faces.tolist()}
    assert {frozenset(f) for f in np.append(mesh.mirror, -1)[mesh.faces].tolist()} == faces
    np.testing.assert_array_equal(mesh.mirror[mesh.mirror], np.arange(mesh.count))


def test_surface_passes_near_its_landmarks(build: MeanFace) -> None:
    miss = np.linalg.norm(build.surface.vertices[:468] - build.layout.base[:468], axis=1)
    assert np.median(miss) < 1e-4
    assert miss.max() < 7e-4


def test_surface_follows_a_rigid_shift(build: MeanFace) -> None:
    np.testing.assert_allclose(build.surface.matrix.sum(axis=1), 1, atol=1e-9)
    np.testing.assert_allclose(build.layout.follow.sum(axis=1), 1, atol=1e-9)


@pytest.mark.parametrize("which", ["tidying", "skirt", "calming"])
def test_corrections_keep_shifts_and_commute_with_mirroring(build: MeanFace, measured: dict, which: str) -> None:
    count, mirror = build.mesh.base_count, base_mirror()
    noise = np.append(measured["noise"][:468], np.full(108, 0.003))
    noise = np.maximum(noise, noise[mirror])
    matrix = {
        "tidying": lambda: tidying_matrix(build.layout.base),
        "skirt": lambda: skirt_matrix(count),
        "calming": lambda: calming_matrix(build.mesh, noise),
    }[which]()
    np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=1e-9)
    np.testing.assert_allclose(matrix[mirror][:, mirror], matrix, atol=1e-9)


def test_tidying_is_a_projection(build: MeanFace) -> None:
    matrix = tidying_matrix(build.layout.base)
    np.testing.assert_allclose(matrix @ matrix, matrix, atol=1e-9)
    moved = matrix @ np.random.default_rng(0).standard_normal((len(matrix), 3))
    for k in range(1, 10):
        np.testing.assert_allclose(moved[INNER_LIP_LOOP[k]], moved[INNER_LIP_LOOP[20 - k]], atol=1e-12)


def test_lid_rings_lie_on_the_eyeball(build: MeanFace) -> None:
    left = build.eye_centres[0]
    for ring in build.mesh.lid_left:
        distance = np.linalg.norm(build.layout.targets[ring] - left, axis=1)
        assert distance.min() > RADIUS
        assert distance.max() < RADIUS + 5e-4
    rim = np.linalg.norm(build.layout.base[list(LEFT_EYE_LOOP)] - left, axis=1)
    assert rim.min() > RADIUS + 5e-4


def test_eyeball_is_a_closed_sphere_with_a_cornea() -> None:
    ball = make_eyeball()
    radius = np.linalg.norm(ball.vertices, axis=1)
    assert radius.min() == pytest.approx(RADIUS)
    assert radius.argmax() == 0
    np.testing.assert_allclose(ball.vertices[ball.mirror] * FLIP, ball.vertices, atol=1e-12)
    edges, vertices, faces = len(ball.faces) * 2 - SEGMENTS, len(ball.vertices), len(ball.faces)
    assert vertices - edges + faces == 2
    assert np.linalg.norm(ball.uv, axis=1).max() <= 1 + 1e-12


def test_uv_energy_gradient() -> None:
    rng = np.random.default_rng(0)
    flat = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) + 0.1 * rng.standard_normal((4, 2))
    sheet = RestTriangles(
        np.array([[0, 1, 2], [0, 2, 3]]), np.linalg.inv(np.eye(2) + 0.2 * rng.random((2, 2, 2))), np.array([0.4, 0.6])
    )
    value, gradient = dirichlet(sheet, flat)
    assert value > 4 * sheet.weights.sum() - 1e-9, "4 is the least energy, of an isometry"
    for index in np.ndindex(flat.shape):
        step = np.zeros_like(flat)
        step[index] = 1e-6
        slope = (dirichlet(sheet, flat + step)[0] - dirichlet(sheet, flat - step)[0]) / 2e-6
        assert gradient[index] == pytest.approx(slope, rel=1e-5, abs=1e-7)
    assert dirichlet(sheet, flat[:, ::-1])[0] == np.inf, "a folded triangle"


def test_soft_polygon_steps_over_its_edge() -> None:
    square = np.array([[0, 0], [4, 0], [4, 4], [0, 4]], dtype=float)
    points = np.array([[2, 2], [-2, 2], [0, 2], [5.5, 5.5], [3.5, 2]], dtype=float)
    np.testing.assert_allclose(soft_polygon(points, square, 1.0), [1, 0, 0.5, 0, 0.84375])


def test_affine_weights_reproduce_their_target() -> None:
    points = np.random.default_rng(3).standard_normal((7, 3))
    weights = affine_weights(points, np.array([0.3, -0.2, 0.9]))
    np.testing.assert_allclose(weights @ points, [0.3, -0.2, 0.9], atol=1e-12)
    assert weights.sum() == pytest.approx(1)


def test_smooth_fields_have_parity_and_unit_scale() -> None:
    rng = np.random.default_rng(4)
    half = rng.uniform(0.005, 0.07, (300, 3))
    points = np.concatenate([half, half * FLIP])
    mirror = np.concatenate([np.arange(300, 600), np.arange(300)])
    fields = smooth_fields(points, mirror, 6)
    for field in fields:
        assert np.allclose(field[mirror], field) or np.allclose(field[mirror], -field)
    assert 0.3 < (fields**2).sum(axis=0).max() < 1.3
