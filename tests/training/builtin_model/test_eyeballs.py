"""Both eyeballs' cage."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.anatomy.parts import PartName
from likeness.bfm.builtin.eyes import CORNEA_BULGE, CORNEA_RADIUS, IRIS_RADIUS, PUPIL_RADIUS, RADIUS, on_eyeball
from likeness.training.builtin_model.eyeballs import eyeball_cage, iris_points
from likeness.training.builtin_model.part_cage import PartCage
from part_checks import assert_sound, face_normals, fine, uv_areas

CENTRES = np.array([[0.031, 0.04, 0.08], [-0.031, 0.04, 0.08]])


@pytest.fixture(scope="module")
def cage() -> PartCage:
    return eyeball_cage(CENTRES)


def test_they_are_closed_and_symmetric(cage: PartCage) -> None:
    assert_sound(cage, 0)
    assert (uv_areas(cage) > 0).all()


def side_of(vertices: np.ndarray) -> np.ndarray:
    return (vertices[:, 0] < 0).astype(int)


def test_their_faces_look_outwards(cage: PartCage) -> None:
    vertices, found = fine(cage)
    middles = vertices[found.faces].mean(axis=1)
    outward = middles - CENTRES[side_of(middles)]
    assert ((face_normals(vertices, found.faces) * outward).sum(axis=2) > 0).all()


def test_they_are_spheres_with_a_cornea(cage: PartCage) -> None:
    vertices, _ = fine(cage)
    points = vertices - CENTRES[side_of(vertices)]
    off = np.linalg.norm(points, axis=1) - np.linalg.norm(on_eyeball(points), axis=1)
    ahead = points[:, 2] > -0.17 * RADIUS  # 100 degrees off the axis: what lids can lie on
    assert np.abs(off[ahead]).max() < 0.00005
    assert np.abs(off).max() < 0.0003
    white = (np.hypot(*points.T[:2]) > CORNEA_RADIUS) & ahead
    np.testing.assert_allclose(np.linalg.norm(points[white], axis=1), RADIUS, atol=0.00005)
    assert np.linalg.norm(points, axis=1).max() == pytest.approx(RADIUS + CORNEA_BULGE, abs=1e-5)


def test_a_larger_ball_has_the_same_iris_and_cornea() -> None:
    radius = 0.0155
    cage = eyeball_cage(CENTRES, radius)
    assert_sound(cage, 0)
    vertices, _ = fine(cage)
    points = vertices - CENTRES[side_of(vertices)]
    off = np.linalg.norm(points, axis=1) - np.linalg.norm(on_eyeball(points, radius), axis=1)
    assert np.abs(off[points[:, 2] > 0]).max() < 0.0001
    assert np.linalg.norm(points, axis=1).max() == pytest.approx(radius + CORNEA_BULGE, abs=2e-5)
    np.testing.assert_allclose(points[iris_points(0)[1], 0], IRIS_RADIUS, atol=1e-9)


def test_iris_landmarks(cage: PartCage) -> None:
    vertices, _ = fine(cage)
    edge = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]]) * IRIS_RADIUS
    for side in (0, 1):
        points = vertices[iris_points(side)] - CENTRES[side]
        np.testing.assert_allclose(points[0], [0, 0, RADIUS + CORNEA_BULGE], atol=1e-9)
        np.testing.assert_allclose(points[1:, :2], edge, atol=1e-9)


BORDERS = ((0, IRIS_RADIUS, RADIUS), (1, PUPIL_RADIUS, IRIS_RADIUS), (2, 0.0, PUPIL_RADIUS))


@pytest.mark.parametrize(("kind", "inner", "outer"), BORDERS)
def test_parts_meet_at_the_borders_of_iris_and_pupil(cage: PartCage, kind: int, inner: float, outer: float) -> None:
    vertices, found = fine(cage)
    parts = np.array(cage.face_parts)[found.parents]
    for side, names in enumerate((PartName.LEFT_EYE, PartName.RIGHT_EYE)):
        points = vertices[np.unique(found.faces[parts == names[kind]])] - CENTRES[side]
        off = np.hypot(*points[points[:, 2] > 0].T[:2])
        assert off.min() == pytest.approx(inner, abs=4e-5)
        assert off.max() == pytest.approx(outer, abs=4e-5)
