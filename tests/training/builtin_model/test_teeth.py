"""Arches, the forms of teeth, and both rows of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from likeness.anatomy.parts import PartName
from likeness.training.builtin_model.dentition import Jaw, row_of
from likeness.training.builtin_model.mouth_place import ICT_PLACE, arch
from likeness.training.builtin_model.part_cage import PartCage
from likeness.training.builtin_model.teeth import teeth_cage
from likeness.training.builtin_model.tooth_shapes import LOWER, MM, UPPER, ToothShape
from part_checks import TEETH, assert_sound, face_normals, fine, inside_a_tooth, uv_areas


@pytest.fixture(scope="module", params=Jaw)
def jaw(request: pytest.FixtureRequest) -> Jaw:
    return request.param


@pytest.fixture(scope="module")
def cage(jaw: Jaw) -> PartCage:
    return teeth_cage(jaw, ICT_PLACE)


def test_an_arch_has_its_width_and_depth() -> None:
    line = arch(0.05, 0.04)
    assert line.points[0] == pytest.approx([0, 0])
    assert line.points[-1] == pytest.approx([0.025, -0.04])
    points, normals = line.at(np.array([-0.02, 0.0, 0.02, line.length[-1] + 0.003]))
    np.testing.assert_allclose(points[0] * (-1, 1), points[2])
    np.testing.assert_allclose(normals[0] * (-1, 1), normals[2])
    np.testing.assert_allclose(normals[1], [0, 1], atol=1e-3)
    np.testing.assert_allclose(points[3], [0.025, -0.043], atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1)


def test_the_frame_of_the_biting_plane_and_back() -> None:
    points = np.random.default_rng(0).normal(size=(5, 3))
    np.testing.assert_allclose(ICT_PLACE.framed(ICT_PLACE.seen(points)), points, atol=1e-12)
    np.testing.assert_allclose(ICT_PLACE.seen(np.zeros((1, 3)))[0], ICT_PLACE.incisal)
    assert ICT_PLACE.seen(np.array([[0.0, 0.0, -0.04]]))[0, 1] > ICT_PLACE.incisal[1]  # it rises to the back


@pytest.mark.parametrize("shape", [*UPPER, *LOWER])
def test_crowns_measure_what_the_tables_say(shape: ToothShape) -> None:
    a, b = (g.ravel() for g in np.meshgrid(np.linspace(-1, 1, 41), np.linspace(-1, 1, 41)))
    walls = np.array([(s, t, h) for s in (-1, 1) for t in (-0.4, 0, 0.4) for h in np.linspace(0, 1, 41)])
    walls = np.concatenate([walls, walls[:, [1, 0, 2]], np.stack([a, b, np.ones(a.size)], axis=1)])
    size = np.ptp(shape.surface(walls), axis=0) / MM
    np.testing.assert_allclose(size, [shape.width, shape.height, shape.depth], rtol=0.11)
    assert shape.neck_width < shape.width


def test_a_row_is_sound(jaw: Jaw, cage: PartCage) -> None:
    assert_sound(cage, TEETH * 8)
    assert set(cage.face_parts) == {PartName.TEETH}
    assert (uv_areas(cage) > 0).all()
    assert len(fine(cage)[0]) * len(Jaw) <= 3500


def test_teeth_look_outwards(jaw: Jaw, cage: PartCage) -> None:
    vertices, found = fine(cage)
    normals = face_normals(vertices, found.faces).sum(axis=0)
    tooth = found.parents // (len(cage.faces) // TEETH)
    for number in range(TEETH):
        faces = found.faces[tooth == number]
        outward = vertices[faces].mean(axis=1) - vertices[np.unique(faces)].mean(axis=0)
        assert ((normals[tooth == number] * outward).sum(axis=1) > 0).mean() > 0.9  # cusps and hollows aside
        assert (normals[tooth == number] * outward).sum() > 0


def test_teeth_stand_side_by_side(jaw: Jaw, cage: PartCage) -> None:
    """Neighbours touch: no gap and no overlap of more than 0.4 mm."""
    vertices, found = fine(cage)
    tooth = found.parents // (len(cage.faces) // TEETH)
    teeth = [vertices[np.unique(found.faces[tooth == n])] for n in range(TEETH)]
    pairs = [(0, 1), *((n, n + 2) for n in range(TEETH - 2))]
    for a, b in pairs:
        gap = np.linalg.norm(teeth[a][:, None] - teeth[b], axis=2).min()
        assert gap < 0.0011
    assert abs(teeth[0][:, 0].min()) < 0.0002  # both sides meet in the middle
    apart = np.linalg.norm(teeth[0][:, None] - teeth[4], axis=2).min()
    assert apart > 0.004


def test_rows_do_not_bite_into_each_other() -> None:
    upper, lower = (teeth_cage(jaw, ICT_PLACE) for jaw in Jaw)
    for points, other in ((upper, lower), (lower, upper)):
        assert not inside_a_tooth(fine(points)[0], other).any()
    assert inside_a_tooth(fine(lower)[0] - (0.0, 0.003, 0.0), lower).sum() > 100  # it would be found


def test_upper_incisors_overlap_the_lower_ones() -> None:
    upper, lower = (fine(teeth_cage(jaw, ICT_PLACE))[0] for jaw in Jaw)
    edge, lower_edge = upper[upper[:, 2] > 0.1][:, 1].min(), lower[lower[:, 2] > 0.099][:, 1].max()
    assert edge == pytest.approx(ICT_PLACE.incisal[1], abs=0.0005)
    assert 0.0002 < lower_edge - edge < 0.003
    assert 0.001 < upper[:, 2].max() - lower[:, 2].max() < 0.005


def test_a_larger_place_has_larger_teeth() -> None:
    large = replace(ICT_PLACE, width=1.1 * ICT_PLACE.width, depth=1.1 * ICT_PLACE.depth)
    assert large.size == pytest.approx(1.1)
    scales = [row_of(Jaw.UPPER, place).teeth[0].scale for place in (ICT_PLACE, large)]
    assert scales[1] == pytest.approx(1.1 * scales[0])
    points = fine(teeth_cage(Jaw.UPPER, ICT_PLACE))[0] - ICT_PLACE.incisal
    np.testing.assert_allclose(fine(teeth_cage(Jaw.UPPER, large))[0] - large.incisal, 1.1 * points, atol=1e-9)
